// Who may speak for a function's own program: it and what it has started, however the supervisor keeps them.
#include "workers/runtime_api_process.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/workers/package_folder.h"
#include "tests/workers/supervisor_fixture.h"
#include "workers/loopback_peer.h"

namespace tandem::workers {
namespace {

using Clock = EnvironmentProcess::Clock;

constexpr EnvironmentProcess::Clock::time_point kForever = EnvironmentProcess::kForever;

class Peers : public SupervisorTest {
 protected:
  void SetUp() override {
    SupervisorTest::SetUp();
    folder_.AddProgram("bootstrap");
  }

  std::unique_ptr<RuntimeApiProcess> MustServe(const std::string& handler) {
    auto started = RuntimeApiProcess::Start(*supervisor_, {folder_.path(), {}, {"_HANDLER=" + handler}});
    EXPECT_TRUE(started.ok()) << started.status().message();
    EXPECT_EQ((*started)->WaitOpen({log_, kForever, cancellation_}, outcome_), Answer::kGiven);
    return std::move(*started);
  }
  Answer Run(RuntimeApiProcess& process, Clock::time_point deadline = kForever) {
    proto::Invocation invocation;
    invocation.options.request_id = RequestId("the-id");
    return process.Run(invocation, {}, {log_, deadline, cancellation_}, outcome_);
  }
  std::string Said() const { return std::string(outcome_.payload().view()); }

  test::PackageFolder folder_;
  FunctionHints hints_;
  InvokeResult result_;
  InvocationLog log_{nullptr, "f", LogType::kNone, hints_, result_};
  Cancellation cancellation_;
  Outcome outcome_;
};

// A connection of this process, which is not the function's.
class Stranger {
 public:
  explicit Stranger(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_.sin_port = htons(port);
    EXPECT_EQ(connect(socket_.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
  }
  // What comes before the other side closes.
  std::string Ask(const std::string& request) {
    static_cast<void>(send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0);
    std::string all;
    std::array<char, 4096> bytes{};
    for (ssize_t count = 0; (count = recv(socket_.get(), bytes.data(), bytes.size(), 0)) > 0;) {
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
  sockaddr_in own() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return address;
  }
  const sockaddr_in& other() const { return address_; }
  int fd() const { return socket_.get(); }
  void Close() { socket_.Close(); }

 private:
  FileDescriptor socket_;
  sockaddr_in address_{};
};

TEST_P(Peers, ThatAreTheFunctionsOwnMaySpeak) {
  for (const char* handler : {"by_child", "by_orphan", "mapped"}) {
    const auto process = MustServe(handler);
    EXPECT_EQ(Run(*process), Answer::kGiven);
    EXPECT_TRUE(outcome_.ok()) << handler;
    EXPECT_TRUE(process->IsSound()) << handler;
  }
}

TEST_P(Peers, ThatAreStrangersMayNot) {
  const auto process = MustServe("variables");
  ASSERT_EQ(Run(*process), Answer::kGiven);
  const std::string all = Said();
  const std::size_t at = all.find(':', all.find("AWS_LAMBDA_RUNTIME_API=")) + 1;
  std::uint16_t port = 0;
  std::from_chars(all.data() + at, all.data() + all.size(), port);
  for (const char* request : {"GET /2018-06-01/ping", "POST /2018-06-01/runtime/invocation/the-id/response"}) {
    Stranger stranger(port);
    EXPECT_EQ(stranger.Ask(std::string(request) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                                                  "Content-Length: 0\r\n\r\n"),
              "");
  }
  EXPECT_EQ(Run(*process), Answer::kGiven) << "it goes on";
  EXPECT_EQ(Said(), all);
}

INSTANTIATE_TEST_SUITE_P(Workers, Peers, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

TEST(LoopbackPeer, IsFoundByBothAddresses) {
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const Stranger client(ntohs(address.sin_port));
  const auto socket = FindSocket(client.own(), client.other());
  ASSERT_TRUE(socket.has_value());
  EXPECT_TRUE(HasSocket(getpid(), *socket));
  EXPECT_FALSE(HasSocket(getpid(), *socket + 1'000'000'000));
  sockaddr_in elsewhere = client.own();
  elsewhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);  // another socket may have its port there
  EXPECT_FALSE(FindSocket(elsewhere, client.other()).has_value());
  elsewhere = client.other();
  elsewhere.sin_port = htons(1);
  EXPECT_FALSE(FindSocket(client.own(), elsewhere).has_value());
}

}  // namespace
}  // namespace tandem::workers
