// A client of an HTTP server that is a socket, for tests.
#ifndef TANDEM_TESTS_HOST_HTTP_CLIENT_H_
#define TANDEM_TESTS_HOST_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/http/server.h"
#include "workers/file_descriptor.h"

namespace tandem::host {

inline std::uint16_t PortOf(const HttpServer& server) {
  const std::string& endpoint = server.endpoint();
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

inline workers::FileDescriptor Connect(const HttpServer& server) {
  workers::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(PortOf(server));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return socket;
}

inline void Send(const workers::FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// What comes until the connection is closed, or it ends with `end` or has it in what came last.
inline std::string Receive(const workers::FileDescriptor& socket, std::string_view end = {}) {
  std::string all;
  std::array<char, 65536> bytes;
  for (std::size_t looked_at = 0; end.empty() || all.find(end, looked_at) == std::string::npos;) {
    looked_at = all.size() > end.size() ? all.size() - end.size() : 0;
    const ssize_t received = recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (received <= 0) break;
    all.append(bytes.data(), static_cast<std::size_t>(received));
  }
  return all;
}

inline std::string Post(std::string_view target, std::string_view body, std::string_view headers = {}) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace tandem::host

#endif  // TANDEM_TESTS_HOST_HTTP_CLIENT_H_
