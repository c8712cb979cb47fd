// Writes the pages that the browser tests open. usage: html_pages FOLDER
#include <exception>
#include <filesystem>
#include <iostream>

#include "histories.h"
#include "src/documents/documents.h"
#include "src/html/page.h"

int main(int count, char** arguments) {
  try {
    const std::filesystem::path folder = count == 2 ? arguments[1] : ".";
    std::filesystem::create_directories(folder);
    const auto put = [&](const char* name, const ratchet::documents::HistoryDocument& history) {
      const std::string page = ratchet::html::page_of(history);
      ratchet::documents::replace_file(folder / name, page);
      std::cout << name << " " << page.size() << " bytes\n";
    };
    put("full.html", histories::full(12, 400));
    put("short.html", histories::full(12, 60));
    put("empty.html", histories::empty());
    put("single.html", histories::single());
    put("hostile.html", histories::hostile());
    put("large.html", histories::full(100, 5000));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "html_pages: " << error.what() << "\n";
    return 1;
  }
}
