// The HTTP server, with clients that are sockets.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/http/server.h"
#include "tests/lib/hang_guard.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

using test::GuardAgainstHang;
using workers::FileDescriptor;

constexpr std::size_t kLargestBody = 100'000;

// Answers with what it was sent.
class Echo : public HttpApplication {
 public:
  std::size_t LargestBody(const HttpRequest&) override { return kLargestBody; }
  HttpResponse Handle(const HttpRequest& request) override {
    ++handled;
    HttpResponse response;
    response.body = request.body;
    if (request.target == "/stream") {
      response.stream = [](const HttpBodyWriter& write) {
        for (const std::string_view part : {"one", "", "two"}) write(part);
      };
    }
    if (request.target == "/wait") wait.arrive_and_wait();
    return response;
  }
  HttpResponse Refuse(HttpRefusal refusal, const HttpRequest&) override {
    HttpResponse response;
    response.status = refusal == HttpRefusal::kBodyTooLarge ? 413 : refusal == HttpRefusal::kTooSlow ? 408 : 400;
    return response;
  }

  std::atomic<int> handled{0};
  std::barrier<> wait{2};
};

std::uint16_t PortOf(const HttpServer& server) {
  const std::string& endpoint = server.endpoint();
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

FileDescriptor Connect(const HttpServer& server) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(PortOf(server));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return socket;
}

void Send(const FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// What comes until the connection is closed, or `end` has come.
std::string Receive(const FileDescriptor& socket, std::string_view end = {}) {
  std::string all;
  char bytes[4096];
  while (end.empty() || all.find(end) == std::string::npos) {
    const ssize_t received = recv(socket.get(), bytes, sizeof bytes, 0);
    if (received <= 0) break;
    all.append(bytes, static_cast<std::size_t>(received));
  }
  return all;
}

std::string Post(std::string_view target, std::string_view body, std::string_view headers = {}) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

class HttpServing : public testing::Test {
 protected:
  void Open(HttpLimits limits = {}) {
    GuardAgainstHang("the HTTP server");
    auto opened = HttpServer::Open("127.0.0.1:0", limits);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    server_ = std::move(*opened);
    ASSERT_TRUE(server_->Start(echo_).ok());
  }

  Echo echo_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServing, RequestsOfManyConnectionsAreAnswered) {
  Open();
  constexpr int kClients = 8;
  constexpr int kRequests = 200;
  std::vector<std::thread> clients;
  clients.reserve(kClients);
  std::atomic<int> right{0};
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      const FileDescriptor socket = Connect(*server_);
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = "<" + std::to_string(client) + "." + std::to_string(i) + ">";
        Send(socket, Post("/", body));
        if (Receive(socket, body).ends_with("\r\n\r\n" + body)) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, kClients * kRequests);
}

TEST_F(HttpServing, AResponseComesInChunks) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  Send(socket, Post("/stream", "", "Connection: close\r\n"));
  EXPECT_TRUE(Receive(socket).ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(HttpServing, BodiesAreBounded) {
  Open();
  const FileDescriptor good = Connect(*server_);
  Send(good, Post("/", std::string(kLargestBody, 'x'), "Connection: close\r\n"));
  EXPECT_TRUE(Receive(good).starts_with("HTTP/1.1 200 "));
  const FileDescriptor bad = Connect(*server_);
  Send(bad, Post("/", std::string(kLargestBody + 1, 'x')));
  EXPECT_TRUE(Receive(bad).starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(echo_.handled, 1);
}

TEST_F(HttpServing, WhoIsTooSlowIsCutOff) {
  Open({.idle = std::chrono::milliseconds(100),
        .head = std::chrono::milliseconds(100),
        .body = std::chrono::milliseconds(100)});
  const FileDescriptor idle = Connect(*server_);
  EXPECT_EQ(Receive(idle), "");
  const FileDescriptor head = Connect(*server_);
  Send(head, "POST / HTTP/1.1\r\n");
  EXPECT_TRUE(Receive(head).starts_with("HTTP/1.1 408 "));
  const FileDescriptor body = Connect(*server_);
  Send(body, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n123");
  EXPECT_TRUE(Receive(body).starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(echo_.handled, 0);
}

TEST_F(HttpServing, ANewConnectionTakesThePlaceOfAnIdleOne) {
  Open({.most_connections = 2});
  const FileDescriptor idle = Connect(*server_);
  Send(idle, Post("/", "1"));
  Receive(idle, "\r\n\r\n1");
  const FileDescriptor busy = Connect(*server_);
  Send(busy, Post("/wait", "2", "Connection: close\r\n"));
  while (echo_.handled < 2) std::this_thread::yield();
  const FileDescriptor third = Connect(*server_);
  Send(third, Post("/", "3"));
  EXPECT_TRUE(Receive(third, "\r\n\r\n3").ends_with("\r\n\r\n3"));
  EXPECT_EQ(Receive(idle), "");
  echo_.wait.arrive_and_wait();
  EXPECT_TRUE(Receive(busy).ends_with("\r\n\r\n2"));
}

// Those that there is room for are left alone.
TEST_F(HttpServing, NoConnectionGoesWhileNobodyWaits) {
  Open({.most_connections = 2});
  const FileDescriptor first = Connect(*server_);
  const FileDescriptor second = Connect(*server_);
  for (const FileDescriptor* socket : {&first, &second, &first, &second}) {
    Send(*socket, Post("/", "again"));
    EXPECT_TRUE(Receive(*socket, "\r\n\r\nagain").ends_with("\r\n\r\nagain"));
  }
}

TEST_F(HttpServing, StoppingWaitsForAnswersAndClosesWhatIsIdle) {
  Open();
  const FileDescriptor idle = Connect(*server_);
  Send(idle, Post("/", "1"));
  Receive(idle, "\r\n\r\n1");
  const FileDescriptor busy = Connect(*server_);
  Send(busy, Post("/wait", "whole"));
  while (echo_.handled < 2) std::this_thread::yield();
  EXPECT_FALSE(server_->Stop(std::chrono::milliseconds(0)));
  EXPECT_EQ(Receive(idle), "");
  echo_.wait.arrive_and_wait();
  EXPECT_TRUE(server_->Stop(std::chrono::minutes(1)));
}

TEST_F(HttpServing, AnAddressThatIsNoneIsRefused) {
  for (const char* address : {"", "9001", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
                              "[::1]", "host.example:80", "127.0.0.1:1 "}) {
    const auto opened = HttpServer::Open(address);
    EXPECT_EQ(opened.status().code(), Code::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace tandem::host
