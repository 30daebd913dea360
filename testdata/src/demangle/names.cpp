// Names of every kind that C++ compilers mangle. Compiled to an object, once by
// each compiler; demangle/itanium/testdata holds what its symbols mean.
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shapes {
inline namespace v2 {

struct Point {
  int x, y;
  Point operator+(const Point &other) const { return {x + other.x, y + other.y}; }
  bool operator==(const Point &) const = default;
  auto operator<=>(const Point &) const = default;
  explicit operator bool() const { return x || y; }
  template <class T> operator std::vector<T>() const { return {T(x), T(y)}; }
  void *operator new(std::size_t size) { return ::operator new(size); }
  int &operator[](int i) & { return i ? y : x; }
  int operator()(int i) && { return i ? y : x; }
};

long double operator""_m(long double value) { return value; }

}  // namespace v2

namespace {
struct Hidden {
  virtual ~Hidden() = default;
  virtual int area(volatile const char *name, ...) { return name ? 1 : 0; }
};
int counter(Hidden &h) { static int calls = h.area("x"); return ++calls; }
}  // namespace

struct Base { virtual Base *clone() { return this; } virtual ~Base() {} int b = 0; };
struct Other { virtual void other() {} virtual ~Other() {} int o = 0; };
struct Derived : virtual Base, Other {
  Derived *clone() override { return this; }
  void other() override {}
};

template <class... Ts> struct Tuple {
  template <auto N> static int at(Ts... values) { return N + int(sizeof...(values)); }
};

template <class T, int N, template <class...> class C, T (*F)(T)>
C<T> fill(const T (&source)[N], C<T> &&into, int (*const *callback)(Point &&, T), int Point::*member) {
  for (auto &v : source) into.push_back(F(v));
  if (callback) (*callback)(Point{}, into[0]);
  return Point{}.*member ? into : std::move(into);
}

template <class T> auto sum(T a, T b) -> decltype(a + b) { return a + b; }
template <class T> typename T::value_type first(const T &c) { return *c.begin(); }
template <class T> requires(sizeof(T) > 2) T big(T v) { return v; }
template <class... F> int fold(F... f) { return (... + f(1)); }

inline short twice(short v) { return v * 2; }
enum class Color : unsigned char { red, green };
template <Color C, bool B, char K, unsigned long U, long L, const char *P> int values() { return int(C) + B + K + U + L; }
extern constexpr char tag[] = "tag";

thread_local std::string local = "local";
std::map<std::string, std::unique_ptr<Derived>> registry(int (&)[3], std::nullptr_t, char8_t, __int128) { return {}; }
int noexcept_pointer(void (*f)() noexcept, Point (Base::*m)(int) const &) { return f && m; }

}  // namespace shapes

extern "C" int entry(int n) {
  using namespace shapes;
  Hidden h;
  Derived d;
  int a[3] = {1, 2, 3};
  short source[2] = {1, 2};
  auto plain = [n](int v) { return v + n; };
  auto generic = [](auto v, auto &&...rest) { return v + int(sizeof...(rest)); };
  auto nested = [&](int v) { return [v](int w) { return v + w; }(n); };
  struct Inner { int run() const { return 4; } };
  static_cast<Base &>(d).clone();
  static_cast<Other &>(d).other();
  return counter(h) + plain(1) + generic(2, 'c', 1.5) + nested(3) + Inner{}.run() +
         fill<short, 2, std::vector, twice>(source, {}, nullptr, &Point::x).size() +
         Tuple<int, char *, Point>::at<7>(1, nullptr, {}) + sum(1, 2) + first(std::string("x")) + big(5L) +
         fold(plain, [](int v) { return v; }) + values<Color::green, true, 'x', 7ul, -5l, tag>() +
         int(registry(a, nullptr, u8'x', 1).size() + local.size()) + noexcept_pointer(nullptr, nullptr) +
         bool(Point{} == Point{1, 2}) + (Point{} < Point{}) + std::vector<int>(Point{}).size() + bool(Point{}) +
         (Point{} + Point{}).x + Point{}(1) + int(1.5_m) + (new Point)->x + Point{n}.y;
}
