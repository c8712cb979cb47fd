// The two ends of the way that a stranger's pull request takes: measured by a job without rights, judged by one with
// rights that never runs its code.
#pragma once

#include "src/cli/command.h"
#include "src/cli/feedback.h"

namespace ratchet::cli {

// What this job measured, for the other end.
void hand_over(const std::filesystem::path& folder, const github::Job& job, const Feedback& feedback);

// Reads and judges what was handed over, under this repository's own policy and the acceptances that GitHub has at the
// pull request's head. Error unless GitHub says that the measured commit is the head of that pull request.
void take_over(Context& context, const po::variables_map& values, const github::Job& job, const Voice& voice,
               Feedback& feedback);

}  // namespace ratchet::cli
