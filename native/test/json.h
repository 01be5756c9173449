// Reads the test vectors: JSON without escapes in strings other than \n, integers only.
#pragma once

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct Json {
  std::string text;  // of a string or a number
  std::vector<Json> items;
  std::map<std::string, Json> members;

  const Json& operator[](const std::string& name) const {
    const auto found = members.find(name);
    if (found == members.end()) throw std::runtime_error("the vectors have no \"" + name + "\"");
    return found->second;
  }
  const Json& operator[](std::size_t i) const { return items.at(i); }
  long long number() const { return std::stoll(text); }
  unsigned long long hex() const { return std::stoull(text, nullptr, 16); }
};

class JsonReader {
 public:
  static Json read_file(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path);
    std::stringstream text;
    text << in.rdbuf();
    return JsonReader(text.str()).value();
  }

 private:
  explicit JsonReader(std::string text) : text_(std::move(text)) {}

  char peek() {
    while (std::isspace(static_cast<unsigned char>(text_.at(at_)))) at_++;
    return text_[at_];
  }

  bool take(char c) {
    if (peek() != c) return false;
    at_++;
    return true;
  }

  void expect(char c) {
    if (!take(c)) throw std::runtime_error(std::string("expected ") + c + " at " + std::to_string(at_));
  }

  std::string string() {
    expect('"');
    std::string out;
    while (text_.at(at_) != '"') out += text_[at_] == '\\' ? (at_++, text_[at_++]) : text_[at_++];
    at_++;
    return out;
  }

  Json value() {
    Json out;
    if (take('{')) {
      while (!take('}')) {
        const std::string name = string();
        expect(':');
        out.members.emplace(name, value());
        take(',');
      }
    } else if (take('[')) {
      while (!take(']')) {
        out.items.push_back(value());
        take(',');
      }
    } else if (peek() == '"') {
      out.text = string();
    } else {
      while (text_.at(at_) == '-' || std::isalnum(static_cast<unsigned char>(text_[at_]))) out.text += text_[at_++];
    }
    return out;
  }

  std::string text_;
  std::size_t at_ = 0;
};
