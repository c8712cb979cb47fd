# cmake -DOUT=FILE -DTEXTS=NAME=PATH;... -P embed.cmake: writes the source behind embedded.h, so that a document or template
# is one file of the repository and part of the program.
set(table "")
foreach(entry IN LISTS TEXTS)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${entry}")
  file(READ "${CMAKE_MATCH_2}" text)
  string(APPEND table "    {\"${CMAKE_MATCH_1}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"src/cli/embedded.h\"

#include \"ratchet/error.h\"

namespace ratchet::cli {

std::string_view embedded(std::string_view name) {
  static constexpr struct {
    std::string_view name, text;
  } kTexts[] = {
${table}  };
  for (const auto& [known, text] : kTexts) {
    if (known == name) return text;
  }
  throw Error(\"the program lacks its text \" + std::string(name));
}

}  // namespace ratchet::cli
")
