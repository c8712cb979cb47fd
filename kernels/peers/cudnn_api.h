// cuDNN's functions out of the library that is found at run time, and its descriptors as objects. A machine without
// cuDNN is an expected outcome: it throws Unavailable, which lists the case with the reason and faults nothing.
#pragma once

#include "kernels/case.h"
#include "kernels/peers/cudnn_abi.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ratchet::kernels::cudnn {

// Path or name of the library to use instead of the first that is found.
inline constexpr const char* kLibraryVariable = "RATCHET_CUDNN";

class Api : public Functions {
 public:
  // Throws Unavailable, which names what was tried: the library's file if RATCHET_CUDNN is set, else libcudnn.so.9 and
  // libcudnn.so as the loader finds them. The library stays loaded until the process ends.
  [[nodiscard]] static std::shared_ptr<const Api> load();

  [[nodiscard]] std::size_t version() const { return version_; }  // 91900 is 9.19.0
  [[nodiscard]] std::string version_text() const;

  // Throws Unavailable with cuDNN's own words: `doing` failed.
  void check(Status status, std::string_view doing) const;

 private:
  explicit Api(void* library);
  std::size_t version_ = 0;
};

// One backend descriptor. Finalized by whoever has set all its attributes; freed here.
class Descriptor {
 public:
  Descriptor(std::shared_ptr<const Api> api, Kind kind);
  ~Descriptor() {
    if (raw_ != nullptr) api_->cudnnBackendDestroyDescriptor(raw_);
  }
  Descriptor(Descriptor&& other) noexcept : api_(std::move(other.api_)), raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(api_, other.api_);
    std::swap(raw_, other.raw_);
    return *this;
  }

  [[nodiscard]] RawDescriptor raw() const { return raw_; }

  void set(Attribute name, Type type, std::size_t count, const void* elements);
  void set(Attribute name, Type type, const auto& element) { set(name, type, 1, &element); }
  void set(Attribute name, const Descriptor& other) { set(name, Type::Descriptor, other.raw_); }
  void set(Attribute name, const std::vector<std::int64_t>& numbers) {
    set(name, Type::Int64, numbers.size(), numbers.data());
  }
  void finalize(std::string_view what);

  [[nodiscard]] std::int64_t number(Attribute name, Type type = Type::Int64) const;
  [[nodiscard]] std::string text(Attribute name) const;
  [[nodiscard]] Descriptor one(Attribute name, Kind kind) const;
  [[nodiscard]] std::vector<Descriptor> all(Attribute name, Kind kind) const;

 private:
  std::int64_t get(Attribute name, Type type, std::int64_t wanted, void* elements) const;

  std::shared_ptr<const Api> api_;
  RawDescriptor raw_ = nullptr;
};

}  // namespace ratchet::kernels::cudnn
