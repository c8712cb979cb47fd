#include "kernels/peers/cudnn_api.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>

namespace ratchet::kernels::cudnn {
namespace {

constexpr std::int64_t kMostElements = 64;  // of a list: plans offered for a graph, knobs of a plan

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw Unavailable(std::string("cuDNN: the library has no function ") + name);
}

// Local: another cuDNN that the process holds (a framework's) keeps its own symbols.
void* open_library() {
  std::vector<std::string> names{"libcudnn.so.9", "libcudnn.so"};
  if (const char* chosen = std::getenv(kLibraryVariable); chosen != nullptr && *chosen != '\0') names = {chosen};
  std::string tried;
  for (const std::string& name : names) {
    if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    tried += (tried.empty() ? "" : "; ") + std::string(dlerror());
  }
  throw Unavailable("cuDNN cannot be loaded (" + tried + "); install cuDNN 9 or name its libcudnn.so.9 in " +
                    kLibraryVariable);
}

}  // namespace

Api::Api(void* library) {
  find(library, "cudnnGetVersion", cudnnGetVersion);
  version_ = cudnnGetVersion();
  if (version_ / 10000 != kMajor) throw Unavailable("cuDNN " + version_text() + " is not supported; version 9 is");
  find(library, "cudnnGetErrorString", cudnnGetErrorString);
  find(library, "cudnnGetLastErrorString", cudnnGetLastErrorString);
  find(library, "cudnnCreate", cudnnCreate);
  find(library, "cudnnSetStream", cudnnSetStream);
  find(library, "cudnnBackendCreateDescriptor", cudnnBackendCreateDescriptor);
  find(library, "cudnnBackendDestroyDescriptor", cudnnBackendDestroyDescriptor);
  find(library, "cudnnBackendFinalize", cudnnBackendFinalize);
  find(library, "cudnnBackendSetAttribute", cudnnBackendSetAttribute);
  find(library, "cudnnBackendGetAttribute", cudnnBackendGetAttribute);
  find(library, "cudnnBackendExecute", cudnnBackendExecute);
}

std::shared_ptr<const Api> Api::load() { return std::shared_ptr<const Api>(new Api(open_library())); }

std::string Api::version_text() const {
  return std::to_string(version_ / 10000) + '.' + std::to_string(version_ / 100 % 100) + '.' +
         std::to_string(version_ % 100);
}

void Api::check(Status status, std::string_view doing) const {
  if (status == kSuccess) return;
  char detail[1024] = "";
  cudnnGetLastErrorString(detail, sizeof detail);
  throw Unavailable("cuDNN " + version_text() + ": " + std::string(doing) + ": " + cudnnGetErrorString(status) +
                    (*detail == '\0' ? "" : ": ") + detail);
}

Descriptor::Descriptor(std::shared_ptr<const Api> api, Kind kind) : api_(std::move(api)) {
  api_->check(api_->cudnnBackendCreateDescriptor(kind, &raw_),
              "creating a descriptor of kind " + std::to_string(static_cast<int>(kind)));
}

void Descriptor::set(Attribute name, Type type, std::size_t count, const void* elements) {
  api_->check(api_->cudnnBackendSetAttribute(raw_, name, type, static_cast<std::int64_t>(count), elements),
              "setting attribute " + std::to_string(static_cast<int>(name)));
}

void Descriptor::finalize(std::string_view what) { api_->check(api_->cudnnBackendFinalize(raw_), what); }

std::int64_t Descriptor::get(Attribute name, Type type, std::int64_t wanted, void* elements) const {
  std::int64_t count = 0;
  api_->check(api_->cudnnBackendGetAttribute(raw_, name, type, wanted, &count, elements),
              "reading attribute " + std::to_string(static_cast<int>(name)));
  return count;
}

std::int64_t Descriptor::number(Attribute name, Type type) const {
  std::int64_t value = 0;  // enumerations are 32 bits wide: the rest stays 0
  (void)get(name, type, 1, &value);
  return value;
}

std::string Descriptor::text(Attribute name) const {
  std::string value(static_cast<std::size_t>(get(name, Type::Char, 0, nullptr)), '\0');
  (void)get(name, Type::Char, static_cast<std::int64_t>(value.size()), value.data());
  return value;
}

Descriptor Descriptor::one(Attribute name, Kind kind) const {
  Descriptor value(api_, kind);
  (void)get(name, Type::Descriptor, 1, &value.raw_);
  return value;
}

// Asked for all at once: the count alone, which one may ask for with room for none, is 0 for the knobs of a
// configuration that has some (cuDNN 9.19).
std::vector<Descriptor> Descriptor::all(Attribute name, Kind kind) const {
  std::vector<Descriptor> list;
  std::vector<RawDescriptor> raw;
  for (std::int64_t i = 0; i < kMostElements; ++i) raw.push_back(list.emplace_back(api_, kind).raw_);
  list.erase(list.begin() + std::min(kMostElements, get(name, Type::Descriptor, kMostElements, raw.data())),
             list.end());
  return list;
}

}  // namespace ratchet::kernels::cudnn
