// LLVM's own GSYM reader, asked as `peers time` and `peers answer` ask theirs:
//
//     gsym answer FILE BASE < ADDRS
//     gsym time FILE BASE ADDRS MODES
//
// Built against llvm-19-dev; src/timing.rs says what the modes are.

#include <llvm/DebugInfo/GSYM/GsymReader.h>
#include <llvm/DebugInfo/GSYM/LookupResult.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using Addresses = std::vector<uint64_t>;
using Clock = std::chrono::steady_clock;
using llvm::gsym::GsymReader;

static const auto LeastTime = std::chrono::milliseconds(250);
static const size_t Hot = 1000, Cold = 400, ColdPasses = 8, Evict = 384 << 20;

static Addresses read(std::istream &From, uint64_t Base) {
  Addresses Addrs;
  for (std::string Line; std::getline(From, Line);)
    Addrs.push_back(std::strtoull(Line.c_str(), nullptr, 16) - Base);
  return Addrs;
}

template <class T> static void keep(const T &Value) { asm volatile("" : : "g"(&Value) : "memory"); }

static double pass(const GsymReader &Reader, const uint64_t *First, size_t Count) {
  auto Start = Clock::now();
  for (size_t I = 0; I < Count; I++) {
    auto Found = Reader.lookup(First[I]);
    if (Found)
      keep(Found->Locations);
    else
      llvm::consumeError(Found.takeError());
  }
  std::chrono::duration<double, std::nano> Took = Clock::now() - Start;
  return Took.count() / Count;
}

static double median(std::vector<double> Times) {
  std::sort(Times.begin(), Times.end());
  return Times[Times.size() / 2];
}

static double warm(const GsymReader &Reader, const Addresses &Addrs) {
  pass(Reader, Addrs.data(), Addrs.size());
  std::vector<double> Times;
  for (auto Start = Clock::now(); Times.empty() || Clock::now() - Start < LeastTime;)
    Times.push_back(pass(Reader, Addrs.data(), Addrs.size()));
  return median(Times);
}

static double cold(const GsymReader &Reader, const Addresses &Addrs) {
  pass(Reader, Addrs.data(), Addrs.size());
  std::vector<uint8_t> Eviction(Evict, 1);
  std::vector<double> Times;
  for (size_t Pass = 0, Chunk = 0; Pass < ColdPasses; Pass++, Chunk++) {
    for (size_t I = 0; I < Evict; I += 64)
      Eviction[I]++;
    keep(Eviction);
    if ((Chunk + 1) * Cold > Addrs.size())
      Chunk = 0;
    Times.push_back(pass(Reader, &Addrs[Chunk * Cold], Cold));
  }
  return median(Times);
}

static int time(const GsymReader &Reader, Addresses Addrs, const std::string &Modes) {
  std::stringstream List(Modes);
  for (std::string Mode; std::getline(List, Mode, ',');) {
    double Nanoseconds = 0;
    if (Mode == "random") {
      Nanoseconds = warm(Reader, Addrs);
    } else if (Mode == "hot") {
      Nanoseconds = warm(Reader, Addresses(Addrs.begin(), Addrs.begin() + std::min(Hot, Addrs.size())));
    } else if (Mode == "sorted") {
      Addresses Sorted = Addrs;
      std::sort(Sorted.begin(), Sorted.end());
      Nanoseconds = warm(Reader, Sorted);
    } else if (Mode == "cold") {
      Nanoseconds = cold(Reader, Addrs);
    } else {
      return std::fprintf(stderr, "no mode %s\n", Mode.c_str()), 1;
    }
    std::printf("%s:%.1f\n", Mode.c_str(), Nanoseconds);
  }
  return 0;
}

static int answer(const GsymReader &Reader, const Addresses &Addrs) {
  for (uint64_t Addr : Addrs) {
    if (auto Found = Reader.lookup(Addr)) {
      for (const auto &At : Found->Locations)
        std::printf("%s\n%s/%s:%u:0\n", At.Name.str().c_str(), At.Dir.str().c_str(),
                    At.Base.str().c_str(), At.Line);
    } else {
      llvm::consumeError(Found.takeError());
    }
    std::puts("");
  }
  return 0;
}

int main(int Count, char **Args) {
  std::string Verb = Count > 1 ? Args[1] : "";
  if (!(Verb == "answer" && Count == 4) && !(Verb == "time" && Count == 6))
    return std::fputs("usage: gsym answer FILE BASE | gsym time FILE BASE ADDRS MODES\n", stderr), 2;
  auto Reader = GsymReader::openFile(Args[2]);
  if (!Reader)
    return std::fprintf(stderr, "%s\n", llvm::toString(Reader.takeError()).c_str()), 1;
  uint64_t Base = std::strtoull(Args[3], nullptr, 16);
  if (Verb == "answer")
    return answer(*Reader, read(std::cin, Base));
  std::ifstream Addrs(Args[4]);
  return time(*Reader, read(Addrs, Base), Args[5]);
}
