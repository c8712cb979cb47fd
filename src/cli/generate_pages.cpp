// What the build runs to write the manual pages and completions. usage: generate_pages FOLDER BENCH_HELP
#include <iostream>

#include "src/cli/pages.h"
#include "src/documents/documents.h"

int main(int argc, char** argv) try {
  using namespace ratchet;
  if (argc != 3) throw std::runtime_error("usage: generate_pages FOLDER BENCH_HELP");
  const std::filesystem::path folder = argv[1];
  documents::replace_file(folder / "ratchet.1", cli::man_page());
  documents::replace_file(folder / "ratchet-bench.1", cli::bench_man_page(documents::read_file(argv[2])));
  documents::replace_file(folder / "ratchet.bash", cli::bash_completion());
  documents::replace_file(folder / "_ratchet", cli::zsh_completion());
  documents::replace_file(folder / "ratchet.fish", cli::fish_completion());
  return 0;
} catch (const std::exception& error) {
  std::cerr << "generate_pages: " << error.what() << "\n";
  return 2;
}
