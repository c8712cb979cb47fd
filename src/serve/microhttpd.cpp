#include <microhttpd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "ratchet/error.h"
#include "src/serve/deadlines.h"
#include "src/serve/http.h"
#include "src/serve/listening.h"
#include "src/serve/workers.h"

namespace ratchet::serve {
namespace {

constexpr std::chrono::seconds kLastWords{2};

// One request on its way through. While a worker has it the library leaves the connection alone (suspended), so it and
// this live until the worker hands them back.
struct Exchange {
  Request request;
  std::optional<Response> response;
};

std::string text_of(const char* value, std::size_t size) { return value == nullptr ? "" : std::string(value, size); }

MHD_Result take_parameter(void* into, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                          std::size_t value_size) {
  static_cast<Request*>(into)->query.emplace_back(text_of(key, key_size), text_of(value, value_size));
  return MHD_YES;
}

MHD_Result take_header(void* into, MHD_ValueKind, const char* key, std::size_t, const char* value,
                       std::size_t value_size) {
  auto& request = *static_cast<Request*>(into);
  const std::string text = text_of(value, value_size);
  if (::strcasecmp(key, "Host") == 0) request.hosts.push_back(text);
  request.has_body |= ::strcasecmp(key, "Transfer-Encoding") == 0;
  request.has_body |= ::strcasecmp(key, "Content-Length") == 0 && text != "0";
  return MHD_YES;
}

void release_body(void* body) { delete static_cast<std::shared_ptr<const std::string>*>(body); }

MHD_Result send(MHD_Connection* connection, const Response& response) {
  // The library reads from the shared text until the last client has it.
  auto* const body = new std::shared_ptr<const std::string>(response.body);
  MHD_Response* const made = MHD_create_response_from_buffer_with_free_callback_cls(
      (*body)->size(), const_cast<char*>((*body)->data()), release_body, body);
  if (made == nullptr) {
    release_body(body);
    return MHD_NO;
  }
  MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  for (const auto& [name, value] : response.headers) MHD_add_response_header(made, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(response.status), made);
  MHD_destroy_response(made);
  return queued;
}

int socket_of(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

}  // namespace

class Server::Daemon {
 public:
  Daemon(const std::string& address, std::uint16_t port, Site site, Limits limits)
      : site_(std::move(site)),
        limits_(limits),
        listening_(listen_at(address, port)),
        workers_(limits.workers, limits.waiting) {
    // The daemon closes the socket of a failed start, and returns it from quiesce otherwise.
    daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, port, nullptr, nullptr,
                               on_request, this, MHD_OPTION_LISTEN_SOCKET, listening_.socket.get(),
                               MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                               limits.head_bytes, MHD_OPTION_CONNECTION_TIMEOUT,
                               static_cast<unsigned>(limits.to_ask.count()), MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                               this, MHD_OPTION_NOTIFY_CONNECTION, on_connection, this, MHD_OPTION_END);
    if (daemon_ == nullptr) throw Error("cannot start the server: libmicrohttpd refused");
  }

  // Suspended connections must not be left when the library stops: workers hand theirs back first, and take no more.
  ~Daemon() {
    MHD_quiesce_daemon(daemon_);
    workers_.finish();
    const auto end = std::chrono::steady_clock::now() + kLastWords;
    while (open_ > 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    MHD_stop_daemon(daemon_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listening_.port; }

 private:
  // Called with the head, then when the request is complete, and once more when its response is there.
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                               const char*, std::size_t* upload_bytes, void** of) {
    auto& daemon = *static_cast<Daemon*>(self);
    auto* exchange = static_cast<Exchange*>(*of);
    if (exchange == nullptr) {
      exchange = daemon.begin(connection, url, method);
      *of = exchange;
      return exchange->response ? send(connection, *exchange->response) : MHD_YES;
    }
    *upload_bytes = 0;
    if (exchange->response) return send(connection, *exchange->response);
    daemon.hand_over(connection, *exchange);
    return MHD_YES;
  }

  Exchange* begin(MHD_Connection* connection, const char* url, const char* method) {
    auto* const exchange = new Exchange{};
    ++open_;
    deadlines_.give(socket_of(connection), limits_.to_take);
    Request& request = exchange->request;
    request.method = method;
    request.path = url;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, &request);
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_parameter, &request);
    exchange->response = site_.refused(request);
    return exchange;
  }

  void hand_over(MHD_Connection* connection, Exchange& exchange) {
    MHD_suspend_connection(connection);
    const bool taken = workers_.take([this, connection, &exchange] {
      exchange.response = site_.answer(exchange.request);
      MHD_resume_connection(connection);  // from here on the exchange is the library's
    });
    if (taken) return;
    exchange.response = site_.overloaded;
    MHD_resume_connection(connection);
  }

  static void on_completed(void* self, MHD_Connection* connection, void** of, MHD_RequestTerminationCode) {
    if (*of == nullptr) return;
    auto& daemon = *static_cast<Daemon*>(self);
    delete static_cast<Exchange*>(*of);
    *of = nullptr;
    --daemon.open_;
    daemon.deadlines_.give(socket_of(connection), daemon.limits_.to_ask);
  }

  static void on_connection(void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
    auto& daemon = *static_cast<Daemon*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
      daemon.deadlines_.give(socket_of(connection), daemon.limits_.to_ask);
    else
      daemon.deadlines_.forget(socket_of(connection));
  }

  const Site site_;
  const Limits limits_;
  Listening listening_;
  Deadlines deadlines_;
  std::atomic<int> open_{0};
  Workers workers_;
  MHD_Daemon* daemon_ = nullptr;
};

bool has_server() { return true; }

Server::Server(const std::string& address, std::uint16_t port, Site site, Limits limits)
    : daemon_(std::make_unique<Daemon>(address, port, std::move(site), limits)) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return daemon_->port(); }

}  // namespace ratchet::serve
