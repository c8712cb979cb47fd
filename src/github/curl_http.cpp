#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "ratchet/error.h"
#include "src/executor/interrupt.h"
#include "src/github/http.h"

namespace ratchet::github {
namespace {

constexpr std::size_t kMaxBodyBytes = std::size_t{32} << 20;  // a page of a hundred comments of 64 KiB is 6.5 MB

struct CloseEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > kMaxBodyBytes) return 0;
  body.append(data, size * count);
  return size * count;
}

int stop_when_interrupted(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return executor::interrupt_signal() != 0 ? 1 : 0;
}

// Seconds, or a date.
std::optional<double> seconds_from_now(const std::string& text) {
  double seconds = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), seconds).ptr == text.data() + text.size()) return seconds;
  const std::time_t when = curl_getdate(text.c_str(), nullptr);
  if (when < 0) return std::nullopt;
  return std::max(0.0, std::difftime(when, std::time(nullptr)));
}

std::string header(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

class CurlHttp final : public Http {
 public:
  explicit CurlHttp(std::string token) : token_(std::move(token)), easy_(curl_easy_init()) {
    if (!easy_) throw Error("cannot prepare libcurl: out of memory");
  }

  Response send(const Request& request, double timeout_s) override {
    CURL* const easy = easy_.get();
    curl_easy_reset(easy);
    Response response;
    prepare(request, timeout_s, response);
    const CURLcode code = curl_easy_perform(easy);
    if (executor::interrupt_signal() != 0) throw executor::Interrupted(executor::interrupt_signal());
    if (code != CURLE_OK) {
      response.fault = curl_easy_strerror(code);
      return response;
    }
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
    response.next = next_page(header(easy, "link"));
    if (const std::string wait = header(easy, "retry-after"); !wait.empty())
      response.retry_after_s = seconds_from_now(wait);
    return response;
  }

 private:
  void prepare(const Request& request, double timeout_s, Response& response) {
    CURL* const easy = easy_.get();
    headers_.reset();
    for (const std::string& line :
         {"Accept: " + request.accept, std::string("X-GitHub-Api-Version: 2022-11-28"),
          std::string("Content-Type: application/json"), std::string("Expect:"), "Authorization: Bearer " + token_})
      headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (!request.body.empty()) curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "ratchet");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_s * 1000));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_s * 1000));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response.body);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, stop_when_interrupted);
    // Only the curl program reads these by itself; a GitHub of one's own often has an authority of one's own.
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
      const char* file = std::getenv(name);
      if (file != nullptr && *file != '\0') curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    }
  }

  std::string token_;
  std::unique_ptr<CURL, CloseEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> headers_;
};

}  // namespace

std::unique_ptr<Http> make_http(const std::string& token) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw Error("cannot prepare libcurl");
  return std::make_unique<CurlHttp>(token);
}

}  // namespace ratchet::github
