#include "ratchet/error.h"
#include "ratchet/expected.h"
#include "src/cli/commands.h"
#include "src/cli/runs.h"
#include "src/documents/documents.h"
#include "src/documents/expected_document.h"
#include "src/report/expected_report.h"

namespace ratchet::cli {

int verify(Context& context, const po::variables_map& values) {
  const std::string file = text_of(values, "expected");
  if (file.empty()) throw Error("verify needs a table of expected times, such as kernels/attention/founding_l4.json");
  const ExpectedTable table = documents::read_expected(documents::read_file(file), file);
  const std::string name = text_of(values, "run").empty() ? "HEAD" : text_of(values, "run");
  const Verification verification = verify_run(find_run(context, name), table);
  context.out() << (context.json() ? documents::write(verification)
                                   : report::verification_text(verification, context.paint()));
  return exit_code(outcome_of(verification));
}

}  // namespace ratchet::cli
