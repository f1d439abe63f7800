// Random events that look like those of a function's cases.
#ifndef TANDEM_CONFORMANCE_EVENT_MAKER_H_
#define TANDEM_CONFORMANCE_EVENT_MAKER_H_

#include <json/value.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace tandem::conformance {

// Changes examples, and makes values of their members' names and texts. One seed makes one sequence, everywhere.
class EventMaker {
 public:
  EventMaker(std::uint64_t seed, std::vector<Json::Value> examples);

  Json::Value Next();

 private:
  void Learn(const Json::Value& value);
  std::size_t Below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool IsOneIn(std::size_t n) { return Below(n) == 0; }
  const std::string& OneOf(const std::vector<std::string>& texts) { return texts[Below(texts.size())]; }

  Json::Value AnyValue(int depth);
  Json::Value Number();
  Json::Value Text();
  Json::Value LikeIt(const Json::Value& value);
  void ChangeOne(Json::Value& root);
  void ChangeContainer(Json::Value& container);

  std::mt19937_64 random_;
  std::vector<Json::Value> examples_;
  std::vector<std::string> names_;  // of members
  std::vector<std::string> texts_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_EVENT_MAKER_H_
