// What stands for a command suite of one commit, as a module's file stands for a module: one file with the suite and all
// that it lists, the same bytes for the same contents wherever and whenever it is made. So it is kept, named and compared
// by its hash like a module.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "src/repository/config.h"

namespace ratchet::executor {

// Writes the artefact of `suite`, whose files lie below `root`, to the file `into`. Error when a file is missing, or when
// the program loads a library out of `root`: a kept baseline would run with the candidate's library and never be slower.
void pack(const repository::CommandSuite& suite, const std::filesystem::path& root, const std::filesystem::path& into);

// Told by its first bytes.
[[nodiscard]] bool is_artefact(const std::filesystem::path& file);

// Its files as they were below root, in `folder`, which is created.
[[nodiscard]] repository::CommandSuite unpack(const std::filesystem::path& file, const std::filesystem::path& folder);

// Of everything that says what the numbers of a suite mean: another definition is another benchmark.
[[nodiscard]] std::string definition_of(const repository::CommandSuite& suite);

// The contents of the description inside of an artefact.
[[nodiscard]] std::string manifest_of(const repository::CommandSuite& suite);
// What such a description says. `name` is the file's for messages. Throws Error.
[[nodiscard]] repository::CommandSuite suite_of(std::string_view manifest, const std::string& name);

}  // namespace ratchet::executor
