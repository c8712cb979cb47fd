// ratchet.accept.json: the slowdowns that a person let through, each with a reason. It is reviewed with the code and is
// the only way to loosen a baseline, so it must never accept more than was meant: broad patterns, empty reasons and
// impossible dates are Errors, and an entry past its date accepts nothing. Nor does one that the baseline's own commit
// has: what it let through is in the baseline, and the next slowdown of the case is another one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ratchet::repository {

struct Acceptance {
  std::string case_pattern;  // an exact case id, or a glob with a part between slashes that has no wildcard
  std::string reason;
  std::string until;                         // last day it holds, YYYY-MM-DD; "" for ever
  std::string commit;                        // where it was accepted
  std::string author;                        // "name <mail>"
  std::optional<double> max_change_percent;  // the largest slowdown it covers

  bool operator==(const Acceptance&) const = default;
};

inline constexpr std::string_view kAcceptName = "ratchet.accept.json";

[[nodiscard]] std::vector<Acceptance> parse_accept_file(std::string_view text, std::string_view name);

// No file: nothing is accepted.
[[nodiscard]] std::vector<Acceptance> read_accept_file(const std::filesystem::path& file);

// Adds at the end, keeping all that is there; the file is replaced at once or not at all.
void append_acceptance(const std::filesystem::path& file, const Acceptance& acceptance);

// Those of the candidate that the baseline's commit does not have, in the same order.
[[nodiscard]] std::vector<Acceptance> unspent(std::vector<Acceptance> candidate,
                                              const std::vector<Acceptance>& baseline);

enum class AcceptStatus { None, Expired, Accepted };

struct AcceptMatch {
  AcceptStatus status = AcceptStatus::None;
  std::optional<Acceptance> acceptance;  // the last one in force, else the last one expired
};

// `today` is YYYY-MM-DD. Whether the slowdown is within max_change_percent is for the caller to compare.
[[nodiscard]] AcceptMatch match(const std::vector<Acceptance>& accepted, const std::string& case_id,
                                const std::string& today);

}  // namespace ratchet::repository
