// MarkedOutput: what a worker writes to its standard output and error, and where in it the records of its log belong.
#ifndef TANDEM_WORKERS_MARKED_OUTPUT_H_
#define TANDEM_WORKERS_MARKED_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tandem::workers {

// Records come through the channel, all else through a pipe, which neither the worker nor the host writes for the
// other. Before it sends a record, the worker writes a mark into the pipe, with a number that the record has, too. So
// whatever came before the record comes before its mark, whoever wrote it.
//
// A mark is the key, which the host makes up for each worker, and behind it the number, 8 bytes in the machine's order.
//
// Threads: one at a time.
class MarkedOutput {
 public:
  // A record follows its mark at once: beyond so much behind the mark it has been lost, and nothing waits for it.
  static constexpr std::size_t kMostHeld = std::size_t{1} << 20;

  // For a worker that writes no marks yet.
  MarkedOutput() = default;
  // Of the worker's marks from now on. A zero byte, which few texts have, comes first.
  static std::string NewKey();
  void SetKey(std::string key) { key_ = std::move(key); }
  const std::string& key() const { return key_; }
  static std::string Mark(std::string_view key, std::uint64_t number);

  // What has been read from the pipe.
  void Append(std::string_view output);
  // The text before the next mark, whose record is still to come; all of it where there is none, but for what may
  // become one.
  std::string TakeUntilMark();
  // The text before the mark of a record that has come, with which that mark and those before it are gone. Nothing
  // where it has gone before.
  std::string TakeUntil(std::uint64_t number);
  // The text before that mark, which is gone with those before it; all of it where the mark is still to come, but for
  // what may become one.
  std::string TakeBefore(std::uint64_t number);
  // All text.
  std::string TakeAll();
  // Whether there is text that waits for a record.
  bool holds() const { return !output_.empty(); }

 private:
  // Of the first whole mark from there on; npos: there is none.
  std::size_t FindMark(std::size_t from) const;
  bool IsMark(std::size_t at, std::uint64_t number) const;
  // Adds the text before that mark, without the marks in it, and sets where it ends behind the mark; from 0 on. False:
  // it is not there, and this is the text before the last mark.
  bool Pass(std::uint64_t number, std::string& text, std::size_t& end) const;
  std::size_t mark_size() const { return key_.size() + sizeof(std::uint64_t); }
  // How much of the end may be the beginning of a mark.
  std::size_t Unfinished() const;

  std::string key_;
  std::string output_;
  std::optional<std::uint64_t> passed_;  // a mark that is still to come, behind what was before it
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_MARKED_OUTPUT_H_
