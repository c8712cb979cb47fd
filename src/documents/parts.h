// What the documents have in common: commits, environments, case facts, checks, failures and
// telemetry, read and written in one way. Only the documents beside this file include it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"
#include "src/documents/node.h"

namespace ratchet::documents {

inline constexpr std::string_view kRunFormat = "ratchet.run/1";
inline constexpr std::string_view kDuetFormat = "ratchet.duet/1";
inline constexpr std::string_view kModuleFormat = "ratchet.module/1";
inline constexpr std::string_view kLaunchesFormat = "ratchet.launches/1";
inline constexpr std::string_view kMatrixFormat = "ratchet.matrix/1";
inline constexpr std::string_view kExpectedFormat = "ratchet.expected/1";
inline constexpr std::string_view kTuningFormat = "ratchet.tuning/1";
inline constexpr std::string_view kVerdictFormat = "ratchet.verdict/1";

void require_format(const Node& root, std::string_view wanted);
[[nodiscard]] std::string read_text(const Node& object, const char* key);  // "" when absent
[[nodiscard]] std::vector<std::string> read_texts(const Node& object, const char* key);
[[nodiscard]] std::string read_time(const Node& object, const char* key);  // RFC 3339, "" when absent
[[nodiscard]] Commit read_commit(const Node& object);                      // of object.commit
[[nodiscard]] std::optional<Environment> read_environment(const Node& object);
[[nodiscard]] std::optional<Check> read_check(const Node& object, const char* key);
[[nodiscard]] std::vector<Failure> read_failures(const Node& object);
[[nodiscard]] std::vector<Telemetry> read_telemetry(const Node& root);
[[nodiscard]] double read_amount(const Node& object, const char* key);  // from 0; 0 when absent
[[nodiscard]] double read_unit_ns(const Node& object);                  // of object.unit, required

// The list `key` of cases, which must not be empty; each comes with its id in messages, and an id twice is refused.
[[nodiscard]] std::vector<Node> read_cases(const Node& root, const char* key);
[[nodiscard]] CaseFacts read_facts(const Node& object);

void require_explained(const Node& object, bool has_launches, const std::vector<Failure>& failures,
                       const std::vector<std::string>& warnings);

// Each leaves out what is unknown, and the whole member when nothing is known.
void put(Json& object, const char* key, const std::string& value);
void put(Json& object, const char* key, const std::vector<std::string>& values);
void put(Json& object, const char* key, std::uint64_t value);
void put(Json& object, const char* key, double value);
void put(Json& object, const char* key, const Commit& commit);
void put(Json& object, const char* key, const std::optional<Environment>& environment);
void put(Json& object, const char* key, const std::optional<Check>& check);
void put(Json& object, const char* key, const std::vector<Failure>& failures);
void put(Json& object, const char* key, const std::vector<Telemetry>& telemetry);
[[nodiscard]] Json facts_json(const CaseFacts& facts);
[[nodiscard]] Json run_json(const Run& run);  // a whole ratchet.run/1, also inside of another document
[[nodiscard]] Run read_run(const Node& object);
[[nodiscard]] Json times_json(const std::vector<double>& times_ns, const std::string& case_id);

// One member a line, and one element a line where a member is a list of objects: readable, and a diff shows the case.
[[nodiscard]] std::string lay_out(const Json& document);

}  // namespace ratchet::documents
