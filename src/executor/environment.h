// What of our environment goes to code that is measured. A list of what may pass, not of what may not: nobody knows the
// names of all secrets, and a benchmark that can see that a job runs it can behave for the job.
#pragma once

#include <string_view>

namespace ratchet::executor {

// Programs and libraries are found, devices are chosen, threads are counted, words have a language, sanitizers have
// options. Of our own variables all pass but the place of the history.
[[nodiscard]] bool is_for_measured(std::string_view name) noexcept;

}  // namespace ratchet::executor
