#include "workers/runtime_api_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace tandem::test {

RawClient::RawClient(const RuntimeApi& api) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const std::string& endpoint = api.endpoint();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  EXPECT_EQ(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << endpoint;
}

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // the peer has closed it, which the test sees when it reads
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::Request(std::string_view method, std::string_view path, std::string_view body,
                        std::string_view fields) {
  std::string bytes(method);
  bytes.append(" /2018-06-01").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n").append(fields);
  if (method != "GET") bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  bytes.append("\r\n").append(body);
  Send(bytes);
}

bool RawClient::Fill() {
  std::array<char, 65536> bytes{};
  const ssize_t count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

HttpReply RawClient::Read() {
  HttpReply reply;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (Fill()) continue;
    reply.ended = true;
    return reply;
  }
  reply.head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1));
  std::size_t at = reply.head.find("\r\n") + 2;
  while (reply.head.compare(at, 2, "\r\n") != 0) {
    const std::size_t line_end = reply.head.find("\r\n", at);
    const std::string line = reply.head.substr(at, line_end - at);
    std::string name = line.substr(0, line.find(": "));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    reply.fields[name] = line.substr(line.find(": ") + 2);
    at = line_end + 2;
  }
  const std::size_t size = reply.has("content-length") ? std::stoul(reply.fields["content-length"]) : 0;
  while (received_.size() < size && !reply.ended) reply.ended = !Fill();
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

void RawClient::EndSending() {
  shutdown(socket_.get(), SHUT_WR);
}

bool RawClient::IsClosed() {
  return received_.empty() && !Fill();
}

bool RawClient::HasBytes() const {
  char byte = 0;
  return !received_.empty() || recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

Served::Served() {
  const Status status = api_.Start();
  EXPECT_TRUE(status.ok()) << status.message();
}

std::future<RuntimeApiResult> Served::WaitReady(RuntimeApi::Clock::time_point deadline) {
  return std::async(std::launch::async, [this, deadline] { return api_.WaitReady(deadline); });
}

std::future<RuntimeApiResult> Served::Invoke(RuntimeApiInvocation invocation, RuntimeApi::Clock::time_point deadline) {
  return std::async(std::launch::async,
                    [this, invocation = std::move(invocation), deadline] { return api_.Invoke(invocation, deadline); });
}

std::future<RuntimeApiResult> Served::Invoke(const std::string& id, std::string_view payload) {
  RuntimeApiInvocation invocation;
  invocation.request_id = id;
  invocation.payload = Payload::Copy(payload);
  return Invoke(std::move(invocation));
}

}  // namespace tandem::test
