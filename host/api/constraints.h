// Constraints: the violations of a request's shape, which the API counts and joins.
#ifndef TANDEM_HOST_API_CONSTRAINTS_H_
#define TANDEM_HOST_API_CONSTRAINTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/api/error.h"

namespace tandem::host {

class Constraints {
 public:
  // "Value '<value>' at '<place>' failed to satisfy constraint: <constraint>".
  void Violated(std::string_view place, std::string_view value, std::string_view constraint);
  // Of a member that has to be there.
  void Missing(std::string_view place);
  // Where it has more characters.
  void CheckLength(std::string_view place, std::string_view text, std::size_t most);
  // Where it is another number than those from `least` to `most`.
  void CheckRange(std::string_view place, std::int64_t number, std::int64_t least, std::int64_t most);

  bool ok() const { return violations_.empty(); }
  // Precondition: !ok().
  ApiError error() const;

 private:
  std::vector<std::string> violations_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_CONSTRAINTS_H_
