#include <spdlog/spdlog.h>

#include <cctype>
#include <chrono>
#include <mutex>
#include <ostream>
#include <thread>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/cli/version.h"
#include "src/executor/interrupt.h"
#include "src/history/line.h"
#include "src/serve/problem.h"
#include "src/serve/service.h"

namespace ratchet::cli {
namespace {

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

// As it stands in an address or a Host header.
std::string in_url(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::vector<std::string> hosts_of(const std::string& address, const po::variables_map& values) {
  std::vector<std::string> hosts{in_url(address)};
  if (is_loopback(address)) hosts.insert(hosts.end(), {"localhost", "127.0.0.1", "[::1]"});
  for (std::string name : texts_of(values, "host")) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    hosts.push_back(std::move(name));
  }
  return hosts;
}

serve::Source source_from(Context& context, const po::variables_map& values, std::mutex& log) {
  serve::Source source;
  source.database = context.database();
  source.repository = context.root();
  source.branch = text_of(values, "branch");
  source.policy = policy_from(context, values);
  source.tool = std::string("ratchet ") + kVersion;
  source.hosts = hosts_of(text_of(values, "address"), values);
  source.now = [&context] { return context.now(); };
  source.complain = [&context, &log](const std::string& what) {
    const std::lock_guard lock(log);
    context.log().warn("{}", report::printable(what));
  };
  return source;
}

// What is wrong from the start is said here and not to the first client.
void require_readable(const serve::Source& source) {
  static_cast<void>(db::Store(source.database, db::Mode::ReadOnly));
  static_cast<void>(history::line_of(source.repository, source.branch));
}

void wait_for_signal() {
  while (executor::interrupt_signal() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace

void declare_serve(po::options_description& options) {
  options.add_options()("address", po::value<std::string>()->value_name("IP")->default_value("127.0.0.1"),
                        "where to listen; there is no password, so let a proxy stand before any other one")(
      "port", po::value<std::uint16_t>()->value_name("N")->default_value(8417), "0 for a free one")(
      "host", po::value<std::vector<std::string>>()->value_name("NAME")->composing(),
      "also answer to this name, as a proxy passes it on (repeatable)")(
      "branch", po::value<std::string>()->value_name("REV")->default_value("HEAD"),
      "the first-parent line of this revision");
}

int serve(Context& context, const po::variables_map& values) {
  if (context.json()) throw Error("serve prints no document; its addresses under /api/v1 do");
  const std::string address = text_of(values, "address");
  std::mutex log;
  serve::Source source = source_from(context, values, log);
  if (serve::has_server()) require_readable(source);
  serve::Service service(std::move(source));
  const serve::Site site{[&](const serve::Request& request) { return service.refused(request); },
                         [&](const serve::Request& request) { return service.answer(request); },
                         serve::Service::dressed(serve::problem(503, "too many requests wait; ask again in a moment"))};
  {
    const serve::Server server(address, values["port"].as<std::uint16_t>(), site);
    if (!is_loopback(address)) context.log().warn("whoever reaches {} can read the history", address);
    context.out() << "http://" << in_url(address) << ":" << server.port() << "/" << std::endl;
    wait_for_signal();
  }
  throw executor::Interrupted(executor::interrupt_signal());
}

}  // namespace ratchet::cli
