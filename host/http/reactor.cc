#include "host/http/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace tandem::host {
namespace {

constexpr std::size_t kMostEvents = 128;
constexpr std::size_t kMostSources = 1024;  // that are remembered
constexpr std::chrono::milliseconds kPatienceWithPart{100};

// Tokens: 0 is the wake-up, even ones are connections, odd ones sources.
std::uint64_t ConnectionToken(std::uint64_t number) {
  return number << 1U;
}
std::uint64_t SourceToken(std::uint64_t number) {
  return number << 1U | 1U;
}
bool IsSource(std::uint64_t token) {
  return (token & 1U) != 0;
}
std::uint64_t NumberOf(std::uint64_t token) {
  return token >> 1U;
}

}  // namespace

Reactor::Reactor(HttpApplication& application, const HttpLimits& limits, ConnectionOwner& owner)
    : application_(application),
      limits_(limits),
      owner_(owner),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Reactor::~Reactor() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
}

Status Reactor::Start() {
  epoll_event woken{};
  woken.events = EPOLLIN;
  if (!epoll_ || !wake_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &woken) != 0) {
    return {Code::kInternal, std::string("cannot wait for connections: ") + std::strerror(errno)};
  }
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return {Code::kInternal, std::string("no thread to wait for connections: ") + error.what()};
  }
  return {};
}

void Reactor::Wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(write(wake_.get(), &one, sizeof one));
}

void Reactor::Add(HttpConnection& connection) {
  {
    const std::scoped_lock lock(mutex_);
    added_.push_back(&connection);
  }
  Wake();
}

void Reactor::Run() {
  std::array<epoll_event, kMostEvents> events{};
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), Timeout());
    for (int i = 0; i < count; ++i) {
      const std::uint64_t token = events[static_cast<std::size_t>(i)].data.u64;
      if (token != 0) {
        OnEvent(token);
      } else if (!TakeAdded()) {
        return;
      }
    }
    if (Clock::now() >= next_look_) LookAtDue();
  }
}

bool Reactor::TakeAdded() {
  std::uint64_t count = 0;
  static_cast<void>(read(wake_.get(), &count, sizeof count));
  std::vector<HttpConnection*> added;
  {
    const std::scoped_lock lock(mutex_);
    if (ends_) return false;
    added.swap(added_);
  }
  for (HttpConnection* const connection : added) {
    const std::uint64_t number = ++last_number_;
    Entry& entry = entries_.emplace(number, Entry{connection}).first->second;
    SetDue(entry, Clock::now() + limits_.idle);
    if (!Watch(number, entry)) Leave(number, Step::kEnds);
  }
  return true;
}

// Whatever has come already is told, too.
bool Reactor::Watch(std::uint64_t number, Entry& entry) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ConnectionToken(number);
  entry.is_watched =
      entry.is_watched || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.connection->descriptor(), &event) == 0;
  return entry.is_watched;
}

void Reactor::Unwatch(Entry& entry) const {
  if (entry.is_watched) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.connection->descriptor(), nullptr);
  entry.is_watched = false;
}

// For as long as its descriptors live, by their edges: they speak also when nobody asks.
bool Reactor::WatchSource(const PendingResponse::Source& source) {
  if (watched_sources_.contains(source.number)) return true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = SourceToken(source.number);
  for (const int descriptor : source.descriptors) {
    if (descriptor < 0 || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) continue;
    if (errno != EEXIST) return false;
  }
  if (watched_sources_.size() >= kMostSources) watched_sources_.clear();  // those that have ended are among them
  watched_sources_.insert(source.number);
  return true;
}

bool Reactor::TakeSource(std::uint64_t number, Entry& entry, const PendingResponse::Source& source) {
  DropSource(number, entry);
  if (source.number == 0 || !WatchSource(source)) return false;
  entry.source_number = source.number;
  by_source_[source.number].push_back(number);
  return true;
}

void Reactor::DropSource(std::uint64_t number, Entry& entry) {
  const auto found = by_source_.find(std::exchange(entry.source_number, 0));
  if (found == by_source_.end()) return;
  std::erase(found->second, number);
  if (found->second.empty()) by_source_.erase(found);
}

void Reactor::LookAtSource(std::uint64_t source) {
  auto found = by_source_.find(source);
  const std::size_t most = found == by_source_.end() ? 0 : found->second.size();
  for (std::size_t i = 0; i < most && found != by_source_.end(); ++i) {
    const std::uint64_t number = found->second.front();
    Advance(number, true);
    found = by_source_.find(source);
    if (found != by_source_.end() && found->second.front() == number) return;  // those behind wait for this one
  }
}

void Reactor::OnEvent(std::uint64_t token) {
  if (IsSource(token)) return LookAtSource(NumberOf(token));
  const auto found = entries_.find(NumberOf(token));
  if (found == entries_.end()) return;
  if (found->second.source_number == 0) {
    Advance(found->first, true);
  } else {
    Unwatch(found->second);  // the next request, or the client's end: after the answer
  }
}

// Its answer is late, a part of a request is all that has come, or it has been idle for long.
void Reactor::OnDue(std::uint64_t number) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return;
  const Entry& entry = found->second;
  if (entry.due > Clock::now()) return;  // another one, before it, has brought it on
  if (entry.connection->pending() != nullptr) {
    const std::uint64_t source = entry.source_number;
    Advance(number, true);
    return LookAtSource(source);  // where it has made way
  }
  Leave(number, entry.has_part ? Step::kNeedsThread : Step::kEnds);
}

void Reactor::Advance(std::uint64_t number, bool may_receive) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  Step step = Step::kEnds;
  try {
    step = Next(number, entry, may_receive);
    while (step == Step::kAgain) step = Next(number, entry, false);
  } catch (const std::exception&) {  // there is no memory, say
    entry.connection->Close();
    step = Step::kEnds;
  }
  Leave(number, step);
}

void Reactor::Leave(std::uint64_t number, Step step) {
  if (step == Step::kWaits) return;
  const auto found = entries_.find(number);
  HttpConnection& connection = *found->second.connection;
  Unwatch(found->second);
  DropSource(number, found->second);
  entries_.erase(found);
  if (step == Step::kNeedsThread) {
    owner_.NeedsThread(connection);
  } else {
    connection.pending().reset();
    owner_.HasEnded(connection);
  }
}

Reactor::Step Reactor::Next(std::uint64_t number, Entry& entry, bool may_receive) {
  if (entry.connection->pending() == nullptr) return ReceiveRequest(number, entry, may_receive);
  const Step step = LookAtPending(number, entry);
  if (step != Step::kAgain) return step;
  DropSource(number, entry);
  const HttpResponse response = entry.connection->pending()->Finish();
  entry.connection->pending().reset();
  return Send(number, entry, response);
}

Reactor::Step Reactor::ReceiveRequest(std::uint64_t number, Entry& entry, bool may_receive) {
  switch (entry.connection->Receive(may_receive)) {
    case HttpConnection::Arrived::kNothing:
      return Step::kWaits;
    case HttpConnection::Arrived::kPart:
      if (!std::exchange(entry.has_part, true)) SetDue(entry, Clock::now() + kPatienceWithPart);
      return Step::kWaits;
    case HttpConnection::Arrived::kOther:
      return Step::kNeedsThread;
    case HttpConnection::Arrived::kEnd:
      return Step::kEnds;
    case HttpConnection::Arrived::kRequest:
      break;
  }
  entry.has_part = false;
  BegunResponse answer = application_.Begin(entry.connection->request());
  if (const auto* const response = std::get_if<HttpResponse>(&answer)) return Send(number, entry, *response);
  entry.connection->pending() = std::move(std::get<std::unique_ptr<PendingResponse>>(answer));
  if (!TakeSource(number, entry, entry.connection->pending()->source())) return Step::kNeedsThread;
  SetDue(entry, entry.connection->pending()->due());
  return Step::kWaits;
}

// kAgain: the answer is there.
Reactor::Step Reactor::LookAtPending(std::uint64_t number, Entry& entry) {
  switch (entry.connection->pending()->Look()) {
    case PendingResponse::Progress::kRuns:
      if (const auto source = entry.connection->pending()->source();
          source.number != entry.source_number && !TakeSource(number, entry, source)) {
        return Step::kNeedsThread;
      }
      SetDue(entry, entry.connection->pending()->due());
      return Step::kWaits;
    case PendingResponse::Progress::kNeedsWait:
      return Step::kNeedsThread;
    case PendingResponse::Progress::kReady:
      break;
  }
  return Step::kAgain;
}

Reactor::Step Reactor::Send(std::uint64_t number, Entry& entry, const HttpResponse& response) {
  switch (entry.connection->SendAtOnce(response)) {
    case HttpConnection::Sent::kPart:
      return Step::kNeedsThread;
    case HttpConnection::Sent::kEnd:
      return Step::kEnds;
    case HttpConnection::Sent::kAll:
      break;
  }
  if (!Watch(number, entry)) return Step::kEnds;
  SetDue(entry, Clock::now() + limits_.idle);
  return entry.connection->has_received() ? Step::kAgain : Step::kWaits;
}

void Reactor::SetDue(Entry& entry, Clock::time_point due) {
  entry.due = due;
  next_look_ = std::min(next_look_, due);
}

void Reactor::LookAtDue() {
  const Clock::time_point now = Clock::now();
  std::vector<std::uint64_t> due;
  next_look_ = Clock::time_point::max();
  for (auto& [number, entry] : entries_) {
    if (entry.due <= now) {
      due.push_back(number);
    } else {
      next_look_ = std::min(next_look_, entry.due);
    }
  }
  for (const std::uint64_t number : due) OnDue(number);
}

int Reactor::Timeout() const {
  if (next_look_ == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look_ - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

}  // namespace tandem::host
