// A runtime of the tests, over the Runtime API with bare sockets: what _HANDLER names, it does, well or badly.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Standard output and error; nothing is kept back.
void Say(std::string_view text, int to = STDOUT_FILENO) {
  while (!text.empty()) {
    const ssize_t count = write(to, text.data(), text.size());
    if (count < 0) _exit(99);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

[[noreturn]] void Stay() {
  for (;;) pause();
}

// Sends bytes on a connection of their own and reads until a reply with a Content-Length is complete. IPv6 sockets that
// speak IPv4 are what many a VM makes of every connection.
class Connection {
 public:
  explicit Connection(bool mapped = false) : fd_(socket(mapped ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::string endpoint = Variable("AWS_LAMBDA_RUNTIME_API");
    const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    sockaddr_in plain{};
    plain.sin_family = AF_INET;
    plain.sin_port = htons(port);
    plain.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 wide{};
    wide.sin6_family = AF_INET6;
    wide.sin6_port = htons(port);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &wide.sin6_addr);
    const auto* address = mapped ? reinterpret_cast<sockaddr*>(&wide) : reinterpret_cast<sockaddr*>(&plain);
    if (connect(fd_, address, mapped ? sizeof wide : sizeof plain) != 0) _exit(98);
  }
  ~Connection() { close(fd_); }

  std::string Ask(std::string_view bytes) {
    Send(bytes);
    std::string reply;
    std::size_t body = 0;
    while ((body = reply.find("\r\n\r\n")) == std::string::npos) Read(reply);
    body += 4;
    const std::size_t at = reply.find("Content-Length: ");
    const std::size_t size = at < body ? std::stoul(reply.substr(at + 16)) : 0;
    while (reply.size() < body + size) Read(reply);
    return reply;
  }
  void Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) _exit(97);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  void Read(std::string& reply) const {
    std::array<char, 65536> bytes{};
    const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
    if (count <= 0) _exit(96);
    reply.append(bytes.data(), static_cast<std::size_t>(count));
  }

  int fd_;
};

struct Event {
  std::string id;
  std::string head;
  std::string body;
};

std::string Head(std::string_view method, std::string_view path) {
  return std::string(method) + " /2018-06-01/runtime/" + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
}

Event Next(bool mapped = false) {
  const std::string reply = Connection(mapped).Ask(Head("GET", "invocation/next") + "\r\n");
  const std::size_t body = reply.find("\r\n\r\n") + 4;
  const std::string name = "Lambda-Runtime-Aws-Request-Id: ";
  const std::size_t at = reply.find(name) + name.size();
  return {reply.substr(at, reply.find('\r', at) - at), reply.substr(0, body), reply.substr(body)};
}

// The status of the reply.
std::string Post(std::string_view path, std::string_view body, bool mapped = false) {
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const std::string reply = Connection(mapped).Ask(Head("POST", path) + length + std::string(body));
  return reply.substr(reply.find(' ') + 1, 3);
}

std::string Respond(const Event& event, std::string_view body) {
  return Post("invocation/" + event.id + "/response", body);
}

// Serves for ever: what `handler` returns is the response.
[[noreturn]] void Serve(const std::function<std::string(const Event&)>& handler) {
  for (;;) {
    const Event event = Next();
    Respond(event, handler(event));
  }
}

// A child, or a grandchild whose parent has gone, that goes on with `work`.
void Fork(bool orphaned, const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) {
    if (orphaned) waitpid(child, nullptr, 0);
    return;
  }
  if (orphaned) {
    setsid();
    if (fork() != 0) _exit(0);
  }
  work();
  _exit(0);
}

std::string Variables() {
  std::string all;
  for (char** each = environ; *each != nullptr; ++each) all.append(*each).append("\n");
  return all;
}

std::string Directory() {
  std::array<char, 4096> path{};
  return getcwd(path.data(), path.size()) == nullptr ? "" : path.data();
}

void Stream(const Event& event, std::string_view end) {
  std::string bytes = Head("POST", "invocation/" + event.id + "/response");
  bytes += "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n";
  bytes += "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n";
  Connection().Ask(bytes.append(end).append("\r\n"));
}

// What does not serve for ever.
const std::map<std::string, std::function<void()>> kProcesses = {
    {"never_asks", [] { Stay(); }},
    {"never_asks_first",
     [] {
       if (mkdir("was-here", 0700) == 0) Stay();
     }},
    {"leaves_before_it_asks",
     [] {
       Say("last words\n");
       _exit(5);
     }},
    {"init_error",
     [] {
       Say("cannot start\n");
       Post("init/error", R"({"errorMessage":"not today","errorType":"Demo.Init"})");
       _exit(1);
     }},
    {"answers_and_leaves",
     [] {
       Respond(Next(), "\"answered\"");
       _exit(3);
     }},
    {"answers_and_stays",
     [] {
       Respond(Next(), "\"answered\"");
       Say("still here\n");
       Stay();
     }},
    {"closes_its_output",
     [] {
       close(STDOUT_FILENO);
       close(STDERR_FILENO);
     }},
};

// One invocation; empty: no more is said.
const std::map<std::string, std::function<std::string(const Event&)>> kHandlers = {
    {"echo", [](const Event& event) { return event.body; }},
    {"head", [](const Event& event) { return event.head; }},
    {"variables", [](const Event&) { return Variables(); }},
    {"directory", [](const Event&) { return Directory(); }},
    {"exit",
     [](const Event& event) -> std::string {
       Say("last words");
       _exit(std::stoi(event.body));
     }},
    {"raise",
     [](const Event& event) -> std::string {
       signal(std::stoi(event.body), SIG_DFL);
       raise(std::stoi(event.body));
       Stay();
     }},
    {"stuck", [](const Event&) -> std::string { Stay(); }},
    {"says_and_stays",
     [](const Event&) -> std::string {
       Say("begins\n");
       Stay();
     }},
    {"hungry",
     [](const Event&) -> std::string {
       static std::list<std::string> eaten;
       for (int i = 0; i < 100; ++i) eaten.emplace_back(std::size_t{1} << 20, 'x');
       Stay();
     }},
    {"speaks",
     [](const Event&) -> std::string {
       Say("by standard output\n");
       Say("by standard error\n", STDERR_FILENO);
       return std::system("echo by a child") == 0 ? "null" : "\"no shell\"";
     }},
    {"floods",
     [](const Event& event) {
       for (long left = std::stol(event.body); left > 0; left -= 64) Say(std::string(63, 'x') + "\n");
       return std::string("\"flooded\"");
     }},
    {"floods_for_ever",
     [](const Event&) -> std::string {
       Fork(true, [] {
         for (;;) Say(std::string(4096, 'x'));
       });
       return "\"flooding\"";
     }},
    {"wrong_id",
     [](const Event& event) {
       const std::string status = Post("invocation/" + event.id + "0/response", "\"wrong\"");
       return status + " " + Post("invocation//response", "\"none\"");
     }},
    {"twice",
     [](const Event& event) {
       Respond(event, "\"first\"");
       Say("second: " + Respond(event, "\"second\"") + "\n");
       return std::string();
     }},
    {"daemon",
     [](const Event&) -> std::string {
       Fork(true, [] {
         sigset_t all;
         sigfillset(&all);
         sigprocmask(SIG_SETMASK, &all, nullptr);
         Stay();
       });
       return "\"left\"";
     }},
    {"by_child",
     [](const Event& event) {
       Fork(false, [&] { Respond(event, "\"by a child\""); });
       waitpid(-1, nullptr, 0);
       return std::string();
     }},
    {"by_orphan",
     [](const Event& event) {
       Fork(true, [&] { Respond(event, "\"by an orphan\""); });
       return std::string();
     }},
    {"mapped",
     [](const Event& event) {
       Post("invocation/" + event.id + "/response", "\"mapped\"", true);
       return std::string();
     }},
    {"streams",
     [](const Event& event) {
       Stream(event, {});
       return std::string();
     }},
    {"streams_and_fails",
     [](const Event& event) {
       // {"errorMessage":"late","errorType":"Demo.Late"}
       Stream(event,
              "Lambda-Runtime-Function-Error-Type: Demo.Late\r\nLambda-Runtime-Function-Error-Body: "
              "eyJlcnJvck1lc3NhZ2UiOiJsYXRlIiwiZXJyb3JUeXBlIjoiRGVtby5MYXRlIn0=\r\n");
       return std::string();
     }},
};

}  // namespace

int main() {
  const std::string name = Variable("_HANDLER");
  if (const auto process = kProcesses.find(name); process != kProcesses.end()) process->second();
  if (const auto handler = kHandlers.find(name); handler != kHandlers.end()) {
    for (;;) {
      const Event event = Next();
      if (const std::string answer = handler->second(event); !answer.empty()) Respond(event, answer);
    }
  }
  // In a namespace, each has the same process id.
  unsigned identity = 0;
  if (getrandom(&identity, sizeof identity, 0) < 0) return 95;
  int count = 0;
  Serve([&](const Event&) { return std::to_string(identity) + ":" + std::to_string(++count); });
}
