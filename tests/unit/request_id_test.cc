#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <regex>
#include <set>
#include <string>

#include "tandem/invocation.h"
#include "tests/lib/covers.h"

namespace tandem {
namespace {

TEST(RequestId, IsAVersion4Uuid) {
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const RequestId id = RequestId::Random();
    EXPECT_TRUE(std::regex_match(std::string(id.view()), uuid)) << id.view() << " C-26";
    EXPECT_TRUE(seen.insert(std::string(id.view())).second) << "C-26: new for every invocation";
  }
  test::Covers("C-26");
}

TEST(RequestId, AForkedChildHasOthersThanItsParent) {
  RequestId::Random();  // the pool is filled before the fork
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const RequestId id = RequestId::Random();
    const bool sent = write(ends[1], id.view().data(), id.view().size()) == static_cast<ssize_t>(id.view().size());
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::array<char, RequestId::kMaxSize> text{};
  const ssize_t got = read(ends[0], text.data(), text.size());
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_NE(std::string(text.data(), static_cast<std::size_t>(got)), RequestId::Random().view());
}

TEST(RequestId, KeepsWhatACallerNames) {
  EXPECT_EQ(RequestId("abc-1").view(), "abc-1");
  EXPECT_TRUE(RequestId().empty());
  EXPECT_EQ(RequestId(std::string(100, 'x')).view().size(), RequestId::kMaxSize);
}

}  // namespace
}  // namespace tandem
