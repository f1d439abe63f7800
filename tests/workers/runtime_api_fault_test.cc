// What else may come to the port of a Runtime API: garbage, slow and dead clients, too many of them, no memory.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "workers/runtime_api_client.h"

namespace {

// Allocations of at least so many bytes fail; 0: none do.
std::atomic<std::size_t> failing_size{0};

void* Allocate(std::size_t size) {
  const std::size_t limit = failing_size.load(std::memory_order_relaxed);
  void* memory = limit != 0 && size >= limit ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return Allocate(size);
}
void* operator new[](std::size_t size) {
  return Allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace tandem {
namespace {

using test::Bytes;
using test::HttpReply;
using test::RawClient;
using test::RuntimeApi;
using test::RuntimeApiResult;
using test::Served;
using Kind = RuntimeApiResult::Kind;

// This process's open files.
std::set<int> Descriptors() {
  std::set<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] != '.') found.insert(static_cast<int>(std::strtol(entry->d_name, nullptr, 10)));
  }
  found.erase(dirfd(folder.get()));
  return found;
}

// One invocation from end to end.
void ExpectServes(Served& served, const std::string& id) {
  auto result = served.Invoke(id, "event of " + id);
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Next().body, "event of " + id);
  EXPECT_EQ(runtime.Respond(id, "re: " + id).status, 202);
  EXPECT_EQ(Bytes(result.get()), "re: " + id);
}

TEST(RuntimeApiFaults, NoDescriptorIsLeftAndAllAreCloseOnExec) {
  ExpectServes(*std::make_unique<Served>(), "id-0");  // what is opened once for the process
  const std::set<int> before = Descriptors();
  {
    Served served;
    ExpectServes(served, "id-1");
    RawClient waiting = served.Connect();
    waiting.AskNext();
    RawClient half = served.Connect();
    half.Send("POST /2018-06-01/runtime/");
    EXPECT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
    for (const int fd : Descriptors()) {
      if (before.contains(fd)) continue;
      EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
    }
  }
  EXPECT_EQ(Descriptors(), before);
}

TEST(RuntimeApiFaults, TheEndClosesWhatStillWaits) {
  auto served = std::make_unique<Served>();
  RawClient runtime = served->Connect();
  runtime.AskNext();
  EXPECT_EQ((*served)->WaitReady(test::kNoDeadline).kind, Kind::kReady);
  served.reset();
  EXPECT_TRUE(runtime.IsClosed());
}

TEST(RuntimeApiFaults, OnlyLoopbackListens) {
  Served served;
  EXPECT_EQ(served->endpoint().rfind("127.0.0.1:", 0), 0U);
  sockaddr_in address{};
  int listeners = 0;
  for (const int fd : Descriptors()) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    ++listeners;
    size = sizeof address;
    ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
  }
  EXPECT_EQ(listeners, 1);
}

TEST(RuntimeApiFaults, GarbageIsABadRequest) {
  Served served;
  for (const char* bytes : {"hello\r\n\r\n", "GET\r\n\r\n", "GET /ping HTTP/3.0\r\n\r\n",
                            "\x16\x03\x01\x02\x00\x01\r\n\r\n", "GET /2018-06-01/ping HTTP/1.1\r\nNo colon\r\n\r\n",
                            "POST /2018-06-01/ping HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                            "POST /2018-06-01/ping HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    RawClient client = served.Connect();
    client.Send(bytes);
    EXPECT_EQ(client.Read().status, 400) << bytes;
    client.EndSending();
    EXPECT_TRUE(client.IsClosed()) << bytes;
  }
  ExpectServes(served, "id-1");
}

TEST(RuntimeApiFaults, AChunkThatIsNoneIsABadRequest) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 400);
  EXPECT_EQ(result.get().outcome.error().type, "Runtime.TruncatedResponse");
  ExpectServes(served, "id-2");
}

TEST(RuntimeApiFaults, RandomBytesHarmNobody) {
  Served served;
  std::mt19937 random(20260101);  // NOLINT(bugprone-random-generator-seed): the same bytes in every run
  const std::string valid =
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n";
  for (int i = 0; i < 500; ++i) {
    std::string bytes = valid.substr(0, random() % (valid.size() + 1));
    for (std::uint32_t changes = random() % 8; changes != 0 && !bytes.empty(); --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    RawClient client = served.Connect();
    client.Send(bytes);
    if (i % 2 == 0) client.EndSending();
    if (i % 50 == 0) ExpectServes(served, "id-" + std::to_string(i));
  }
  ExpectServes(served, "id-last");
}

TEST(RuntimeApiFaults, ALongHeadIsRefused) {
  Served served;
  RawClient client = served.Connect();
  client.Request("GET", "/ping", {}, "X-Cause: " + std::string(std::size_t{1} << 20, 'x') + "\r\n");
  EXPECT_EQ(client.Read().status, 200) << "as long as Python's client makes it (E-31)";
  const auto sender = std::async(std::launch::async, [&] {
    client.Send("GET /2018-06-01/ping HTTP/1.1\r\nX: " + std::string(RuntimeApi::kLargestHead, 'x') + "\r\n\r\n");
  });
  EXPECT_EQ(client.Read().status, 431);
  sender.wait();
  ExpectServes(served, "id-1");
}

TEST(RuntimeApiFaults, WebPagesAreRefused) {
  Served served;
  RawClient client = served.Connect();
  EXPECT_EQ(client.Ask("GET", "/ping", {}, "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(client.Ask("POST", "/runtime/init/error", "{}", "Origin: http://127.0.0.1\r\n").status, 403);
  const auto with_host = [&](const std::string& host) {
    client.Send("GET /2018-06-01/ping HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.Read().status;
  };
  EXPECT_EQ(with_host("evil.example:" + served->endpoint().substr(10)), 403);
  EXPECT_EQ(with_host("127.0.0.1.evil.example"), 403);
  EXPECT_EQ(with_host(served->endpoint()), 200);
  EXPECT_EQ(with_host("localhost:1"), 200);
}

// Connections that do nothing, or stop in the middle of a request, make room.
TEST(RuntimeApiFaults, ManySlowClientsDoNotKeepTheRuntimeOut) {
  Served served;
  RawClient runtime = served.Connect();
  runtime.AskNext();
  ASSERT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
  std::vector<RawClient> slow;
  for (std::size_t i = 0; i < 3 * RuntimeApi::kMostConnections; ++i) {
    slow.push_back(served.Connect());
    if (i % 3 == 1) slow.back().Send("GET /2018-06-01/pi");
    if (i % 3 == 2) slow.back().Send("POST /2018-06-01/runtime/x HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc");
  }
  auto result = served.Invoke("id-1");
  EXPECT_EQ(runtime.Read().status, 200) << "the one that waited is served still";
  runtime.Respond("id-1", "1");
  EXPECT_EQ(Bytes(result.get()), "1");
  ExpectServes(served, "id-2");
  EXPECT_TRUE(slow.front().IsClosed());
}

TEST(RuntimeApiFaults, AnEventIsNotGivenToAClientThatHasGone) {
  Served served;
  RawClient dead = served.Connect();
  dead.AskNext();
  ASSERT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
  RawClient runtime = served.Connect();
  runtime.AskNext();
  EXPECT_EQ(served.Connect().Ask("GET", "/ping").status, 200);
  dead.Close();
  auto result = served.Invoke("id-1");
  EXPECT_EQ(runtime.Read().status, 200);
  runtime.Respond("id-1", "1");
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApiFaults, OldAndClosingClientsAreAnsweredAndClosed) {
  Served served;
  RawClient closing = served.Connect();
  const HttpReply reply = closing.Ask("GET", "/ping", {}, "Connection: close\r\n");
  EXPECT_EQ(reply.head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(closing.IsClosed());
  RawClient old = served.Connect();
  auto result = served.Invoke("id-1", "event");
  old.Send("GET /2018-06-01/runtime/invocation/next HTTP/1.0\r\n\r\n");
  const HttpReply event = old.Read();
  EXPECT_EQ(event.body, "event");
  EXPECT_EQ(event.fields.at("connection"), "close");
  EXPECT_TRUE(old.IsClosed());
  served.Connect().Respond("id-1", "1");
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApiFaults, RequestsInOneGoAreAnsweredInOrder) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient client = served.Connect();
  client.Send(
      "GET /2018-06-01/ping HTTP/1.1\r\n\r\nGET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nContent-Length: 1\r\n\r\n1"
      "GET /2018-06-01/ping HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Read().body, "pong");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Read().status, 202);
  EXPECT_EQ(client.Read().body, "pong");
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApiFaults, ContinueIsSaidToWhoExpectsItAndOnlyIfTheBodyIsWanted) {
  Served served;
  RawClient client = served.Connect();
  client.Request("POST", "/runtime/x", {}, "Expect: 100-continue\r\n");
  EXPECT_EQ(client.Read().status, 404);
  EXPECT_TRUE(client.IsClosed());
}

TEST(RuntimeApiFaults, ABodyThatNobodyWantsIsReadBeforeTheAnswer) {
  Served served;
  RawClient client = served.Connect();
  EXPECT_EQ(client.Respond("id-9", std::string(std::size_t{8} << 20, 'x')).status, 400) << "R-09";
  EXPECT_EQ(client.Ask("GET", "/ping").status, 200);
}

TEST(RuntimeApiFaults, R18NoMemoryIsAnInternalError) {
  Served served;
  RawClient runtime = served.Connect();
  auto result = served.Invoke("id-1");
  runtime.Next();
  const std::string body(std::size_t{4} << 20, 'x');
  failing_size = std::size_t{4} << 20;
  runtime.Send(
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4194304"
      "\r\n\r\n");
  runtime.Send(body);
  const HttpReply reply = runtime.Read();
  failing_size = 0;
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "{\"errorMessage\":\"Internal Server Error\",\"errorType\":\"InternalServerError\"}\n");
  EXPECT_EQ(result.get().outcome.kind(), Outcome::Kind::kFault);
  ExpectServes(served, "id-2");
}

TEST(RuntimeApiFaults, R18NoMemoryInTheMiddleOfABodyToo) {
  Served served;
  RawClient runtime = served.Connect();
  auto result = served.Invoke("id-1");
  runtime.Next();
  const std::string chunk = "100000\r\n" + std::string(std::size_t{1} << 20, 'x') + "\r\n";
  failing_size = std::size_t{3} << 20;
  runtime.Send(
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 6; ++i) runtime.Send(chunk);
  const HttpReply reply = runtime.Read();
  failing_size = 0;
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(result.get().outcome.kind(), Outcome::Kind::kFault);
  ExpectServes(served, "id-2");
}

TEST(RuntimeApiFaults, WithoutDescriptorsItWaitsAndGoesOn) {
  Served served;
  RawClient first = served.Connect();
  EXPECT_EQ(first.Ask("GET", "/ping").status, 200);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<workers::FileDescriptor> all;
  for (int fd = 0; (fd = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;) all.emplace_back(fd);
  all.pop_back();  // one for the client, none for its other end
  RawClient client = served.Connect();
  EXPECT_TRUE(first.IsClosed()) << "it makes room";
  EXPECT_EQ(client.Ask("GET", "/ping").status, 200);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace tandem
