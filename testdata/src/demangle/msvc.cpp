// Names for the tests of demangle/msvc: functions, variables and tables whose
// decorated names between them use most of the Microsoft C++ ABI. It needs no
// headers. The commands are at the head of demangle/msvc/testdata/msvc.tsv.

typedef decltype(sizeof 0) size_t;
typedef decltype(nullptr) nullptr_t;

namespace std {
struct strong_ordering {
  signed char v;
};
template <class R, class...> struct coroutine_traits {
  using promise_type = typename R::promise_type;
};
template <class P = void> struct coroutine_handle {
  static coroutine_handle from_address(void *) noexcept { return {}; }
  void *address() const noexcept { return nullptr; }
};
template <class T> struct allocator {
  T *allocate(size_t);
};
template <class C> struct char_traits {};
template <class C, class Tr = char_traits<C>, class A = allocator<C>>
struct basic_string {
  basic_string(const C *);
  basic_string(const basic_string &);
  basic_string(basic_string &&) noexcept;
  ~basic_string();
  basic_string &operator+=(const basic_string &);
  C &operator[](size_t);
  const C *c_str() const noexcept;
};
using string = basic_string<char>;
using wstring = basic_string<wchar_t>;
template <class T, class A = allocator<T>> struct vector {
  struct iterator {
    T *p;
    iterator &operator++();
    bool operator!=(const iterator &) const;
    T &operator*() const;
  };
  void push_back(T &&);
  template <class... Args> T &emplace_back(Args &&...);
  iterator begin();
  iterator end();
};
template <class A, class B> struct pair {
  A first;
  B second;
};
template <class K, class V> struct map {
  V &operator[](const K &);
  pair<typename vector<V>::iterator, bool> insert(pair<const K, V> &&);
};
template <class> struct function;
template <class R, class... A> struct function<R(A...)> {
  template <class F> function(F &&);
  R operator()(A...) const;
};
} // namespace std

// Types of parameters and results.
namespace types {
void plain(bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long,
           unsigned long, long long, unsigned long long, float, double, long double, wchar_t,
           char8_t, char16_t, char32_t, nullptr_t) {}
void variadic(const char *, ...) {}
void only_variadic(...) {}
int *__restrict restricted(int *__restrict a, const int *__restrict b) { return a; }
void unaligned(int __unaligned *, const int __unaligned *) {}
void references(int &, const int &, volatile int &, int &&, const int &&, const volatile int *&&) {}
void pointers(int *, int **, const int *, int *const *, const int *const *const *, void *, volatile void **) {}
void arrays(int (*)[3], const int (&)[3][4], int (&&)[2], int *(*)[5], const char *const (&)[7]) {}
void functions(void (*)(), int (*)(int, double), void (*const *)(char), void (&)(int), void (&&)(int),
               int (*(*)(char))(short)) {}
void noexcepts(void (*)() noexcept, int (&)(int) noexcept) noexcept {}
struct S {
  int i;
  const volatile int ci = 0;
  int a[3];
  void f(int) {}
};
union U {
  int i;
};
enum E { e };
enum class EC : unsigned char { a, b };
class C {};
void tags(S, U, E, EC, C, S *, const U &, E *, EC &&, const C *const) {}
void members(int S::*, const volatile int S::*, int (S::*)[3], void (S::*)(int), int (S::*)(S *) const,
             void (S::*)() volatile &&, int S::*S::*) {}
S by_value() { return S(); }
const S by_const_value() { return S(); }
S *by_pointer() { return nullptr; }
int (*returns_array())[3] { return nullptr; }
int (*returns_function(int))(char, double) { return nullptr; }
void (S::*returns_member(int))(int) { return &S::f; }
int (*(*returns_twice(S))(U))(E) { return nullptr; }
auto deduced() { return 1; }
auto &deduced_reference(int &i) { return i; }
decltype(auto) deduced_exactly(int &i) { return (i); }
const auto *deduced_pointer(S &s) { return &s; }
void backrefs(S *, U *, S *, U *, S *&, S *&, void (*)(S *, U *), void (*)(S *, U *)) {}
void eleven(int *, long *, char *, short *, float *, double *, bool *, S *, U *, E *, C *, C *, E *, int *) {}
typedef float m128 __attribute__((vector_size(16)));
typedef int m256i __attribute__((vector_size(32)));
void vectors(m128, m256i, m128 *) {}
void complex(_Complex float, _Complex double) {}
void atomic(_Atomic(int) *) {}
void bits(_BitInt(17), unsigned _BitInt(9)) {}
#ifdef __x86_64__
void halves(_Float16, __bf16) {}
#endif
} // namespace types

// Calling conventions.
namespace conventions {
void __cdecl c() {}
void __stdcall s(int) {}
void __fastcall f(int, int) {}
void __vectorcall v(double) {}
void __attribute__((swiftcall)) sw(int) {}
#ifdef __x86_64__
void __attribute__((swiftasynccall)) swa(char *) {}
#endif
void pointers(void(__stdcall *)(int), void(__fastcall *)(int), int(__vectorcall *)(double)) {}
struct M {
  void __stdcall s() {}
  void __fastcall f() const {}
  void __vectorcall v(float) {}
  static void __stdcall st() {}
};
void use(M m) { m.s(), m.f(), m.v(1), M::st(); }
} // namespace conventions

// Classes, access and qualifiers of this.
namespace classes {
class Base {
  int secret(int) { return 0; }
  static int hidden;
  virtual void priv() {}
  static void spriv() {}

protected:
  void prot() const {}
  static long semi;
  virtual void vprot() volatile {}
  static void sprot() {}

public:
  Base();
  Base(const Base &);
  Base(Base &&, int = 0);
  virtual ~Base();
  Base &operator=(const Base &);
  void pub() const volatile {}
  void restricted() __restrict {}
  void lvalue() & {}
  void rvalue() const && {}
  void nothrow() const & noexcept {}
  virtual int pure(int) = 0;
  static const short shown;
  static Base *make(void *) {
    Base *b = nullptr;
    b->secret(1);
    b->prot();
    spriv(), sprot();
    return b;
  }
  struct Inner {
    struct Deep {
      void f(Inner *, Deep &, Base **) {}
    };
  };
};
int Base::hidden;
long Base::semi;
const short Base::shown = 7;
Base::Base() {}
Base::Base(const Base &) {}
Base::Base(Base &&, int) {}
Base::~Base() {}
Base &Base::operator=(const Base &) { return *this; }
void use(Base &b) {
  b.pub(), b.restricted(), b.lvalue(), b.nothrow();
  static_cast<const Base &&>(b).rvalue();
  Base::make(nullptr);
  Base::Inner::Deep().f(nullptr, *(Base::Inner::Deep *)nullptr, nullptr);
}
struct Left : virtual Base {
  int l;
  virtual ~Left() {}
  int pure(int) override { return 1; }
  virtual void left(const Left &) {}
};
struct Right : virtual Base {
  int r;
  virtual ~Right() {}
  int pure(int) override { return 2; }
  virtual Right *clone() { return nullptr; }
};
struct Both final : Left, Right {
  Both() {}
  ~Both() {}
  int pure(int) override { return 3; }
  Both *clone() override { return this; }
  void left(const Left &) override {}
};
struct Plain {
  virtual ~Plain() {}
  virtual void a() {}
  virtual void b(int, Plain *) {}
};
struct Other {
  virtual void o() {}
  int x;
};
struct Multi : Other, Plain {
  void a() override {}
  void b(int, Plain *) override {}
};
Both both;
Multi multi;
void (Plain::*pointer_to_virtual)(int, Plain *) = &Plain::b;
void throws() { throw Multi(); }
} // namespace classes

// Operators.
namespace operators {
struct O {
  O &operator=(int) { return *this; }
  O operator>>(int) const { return *this; }
  O operator<<(int) const { return *this; }
  bool operator!() const { return false; }
  bool operator==(const O &) const { return true; }
  bool operator!=(const O &) const { return true; }
  int &operator[](int) { static int i; return i; }
  O *operator->() { return this; }
  int operator*() { return 0; }
  O &operator++() { return *this; }
  O operator++(int) { return *this; }
  O &operator--() { return *this; }
  O operator--(int) { return *this; }
  O operator-(const O &) { return *this; }
  O operator-() { return *this; }
  O operator+(const O &) { return *this; }
  O operator+() { return *this; }
  O *operator&() { return this; }
  int operator&(int) { return 0; }
  int operator->*(int) { return 0; }
  int operator/(int) { return 0; }
  int operator%(int) { return 0; }
  bool operator<(int) { return 0; }
  bool operator<=(int) { return 0; }
  bool operator>(int) { return 0; }
  bool operator>=(int) { return 0; }
  int operator,(int) { return 0; }
  int operator()(int, ...) { return 0; }
  int operator~() { return 0; }
  int operator^(int) { return 0; }
  int operator|(int) { return 0; }
  bool operator&&(int) { return 0; }
  bool operator||(int) { return 0; }
  O &operator*=(int) { return *this; }
  O &operator+=(int) { return *this; }
  O &operator-=(int) { return *this; }
  O &operator/=(int) { return *this; }
  O &operator%=(int) { return *this; }
  O &operator>>=(int) { return *this; }
  O &operator<<=(int) { return *this; }
  O &operator&=(int) { return *this; }
  O &operator|=(int) { return *this; }
  O &operator^=(int) { return *this; }
  std::strong_ordering operator<=>(int) const { return {}; }
  operator int() const { return 0; }
  operator const char *() { return nullptr; }
  operator types::S &() { return *(types::S *)nullptr; }
  explicit operator std::vector<int>() { return {}; }
  template <class T> operator T *() { return nullptr; }
  static void *operator new(size_t) { return nullptr; }
  static void *operator new[](size_t) { return nullptr; }
  static void operator delete(void *) {}
  static void operator delete[](void *, size_t) {}
  ~O() {}
};
#pragma clang diagnostic ignored "-Weverything"
void use(O &o) {
  o = 1, o >> 1, o << 1, !o, o == o, o != o, o[1], o.operator->(), *o, ++o, o++, --o, o--;
  o - o, -o, o + o, +o, &o, o & 1, o->*1, o / 1, o % 1, o < 1, o <= 1, o > 1, o >= 1;
  (o, 1), o(1, 2), ~o, o ^ 1, o | 1, o && 1, o || 1, o *= 1, o += 1, o -= 1, o /= 1, o %= 1;
  o >>= 1, o <<= 1, o &= 1, o |= 1, o ^= 1, o <=> 1;
  int i = o.operator int();
  const char *c = o.operator const char *();
  types::S &s = o.operator types::S &();
  o.operator std::vector<int>();
  types::U *u = o.operator types::U *();
  new O, new O[2];
  delete (new O);
}
long double operator""_km(long double d) { return d; }
unsigned long long operator""_text(const char *, size_t n) { return n; }
template <char... C> int operator""_chars() { return sizeof...(C); }
int literal = 12_chars;
struct Awaitable {
  struct Awaiter {
    bool await_ready();
    void await_suspend(std::coroutine_handle<>);
    void await_resume();
  };
  Awaiter operator co_await() { return {}; }
};
void await(Awaitable a) { a.operator co_await(); }
} // namespace operators

// Templates.
namespace templates {
template <class T> struct Box {
  T t;
  Box();
  ~Box();
  template <class V> void put(V);
  static T shared;
  struct Lid {
    void close(Lid &, Box &);
  };
};
template <class T> Box<T>::Box() {}
template <class T> Box<T>::~Box() {}
template <class T> template <class V> void Box<T>::put(V) {}
template <class T> T Box<T>::shared;
template <class T> void Box<T>::Lid::close(Lid &, Box &) {}
template struct Box<int>;
template struct Box<int *>;
template struct Box<Box<Box<char>>>;
template struct Box<const types::S *>;
template struct Box<types::E>;
template void Box<int>::put<double>(double);
template void Box<int>::put<Box<int>>(Box<int>);
template <class... T> void pack(T...) {}
template void pack<>();
template void pack<int, types::S, Box<int>, Box<int>>(int, types::S, Box<int>, Box<int>);
template <class... T, class U> void packs(U, Box<T>...) {}
template void packs<int, char>(int, Box<int>, Box<char>);
template <int N, bool B, char C, long long L, unsigned long long UL, types::E E, types::EC X> void integers() {}
template void integers<0, false, 'x', -9223372036854775807LL - 1, 18446744073709551615ULL, types::e, types::EC::b>();
template void integers<-1, true, '\0', 10, 16, types::e, types::EC::a>();
int global, array[10];
extern const char text[] = "text";
static int internal;
void function(int) {}
template <class T> T variable = T();
template <int *P> void pointer() {}
template void pointer<&global>();
template void pointer<nullptr>();
template void pointer<&internal>();
template <const char *P> void text_pointer() {}
template void text_pointer<text>();
template <int &R> void reference() {}
template void reference<global>();
template <void (*F)(int)> void function_pointer() {}
template void function_pointer<function>();
template void function_pointer<nullptr>();
template <void (&F)(int)> void function_reference() {}
template void function_reference<function>();
template <void (types::S::*M)(int)> void member_function() {}
template void member_function<&types::S::f>();
template void member_function<nullptr>();
template <int types::S::*M> void member() {}
template void member<&types::S::i>();
template void member<nullptr>();
template <void (classes::Multi::*M)()> void multi_function() {}
template void multi_function<&classes::Multi::a>();
template <int classes::Multi::*M> void multi_member() {}
template <void (classes::Left::*M)(const classes::Left &)> void virtual_function() {}
template void virtual_function<&classes::Left::left>();
template <int classes::Left::*M> void virtual_member() {}
template void virtual_member<&classes::Left::l>();
template <void (classes::Plain::*M)(int, classes::Plain *)> void virtual_single() {}
template void virtual_single<&classes::Plain::b>();
template <auto V> struct Auto {};
template <auto V> void automatic(Auto<V>) {}
template void automatic<1>(Auto<1>);
template void automatic<'c'>(Auto<'c'>);
template void automatic<true>(Auto<true>);
template void automatic<-5LL>(Auto<-5LL>);
template void automatic<&global>(Auto<&global>);
template void automatic<&function>(Auto<&function>);
template void automatic<&types::S::i>(Auto<&types::S::i>);
template void automatic<&types::S::f>(Auto<&types::S::f>);
template void automatic<types::EC::b>(Auto<types::EC::b>);
template <template <class> class T> void templated(T<int>) {}
template void templated<Box>(Box<int>);
template <class T> using Alias = Box<T>;
template <template <class> class T> struct Aliased {};
void alias(Aliased<Alias>, Aliased<Box>) {}
template <class T> void types_of() {}
template void types_of<int[3]>();
template void types_of<const int[3]>();
template void types_of<int[]>();
template void types_of<const int>();
template void types_of<volatile types::S>();
template void types_of<int &>();
template void types_of<int &&>();
template void types_of<void()>();
template void types_of<int(char, ...)>();
template void types_of<void() const>();
template void types_of<int(int) volatile &&>();
template void types_of<void() const & noexcept>();
template void types_of<void (*)(int)>();
template void types_of<void (types::S::*)(int) const>();
template void types_of<int types::S::*>();
template void types_of<nullptr_t>();
template void types_of<types::m128>();
template void types_of<std::function<int(const std::string &, std::vector<std::pair<int, double>> *)>>();
template <class A, class B, class C, class D, class E> struct Five {};
void backrefs(Five<Box<int>, Box<int>, types::S, types::S, Box<types::S>>, Five<Box<int>, int, int, int, int> *,
              Box<Five<Box<types::S>, types::S, types::U, Box<types::U>, Box<Box<types::U>>>> &) {}
namespace one { template <class T> struct X {}; struct Y {}; }
namespace two { template <class T> struct X {}; struct Y {}; }
void namespaces(one::X<one::Y>, two::X<two::Y>, one::X<two::Y>, two::X<one::X<two::Y>>, one::X<one::Y>) {}
template <class T> requires(sizeof(T) > 1) void constrained(T) {}
template void constrained<int>(int);
template <class T> concept Big = sizeof(T) > 2;
void abbreviated(Big auto, auto &&) {}
template void abbreviated<int, types::S &>(int, types::S &);
template int variable<int>;
template types::S variable<types::S>;
template <int *V, int *W> struct OfVariables {};
void of_variables(OfVariables<&variable<int>, &variable<int>>) {}
void std_names(std::string &s, std::vector<std::string> &v, std::map<std::wstring, std::vector<int>> &m,
               std::map<int, std::map<int, std::string>> &mm) {
  s += s;
  s[1];
  std::string c(s);
  v.push_back(static_cast<std::string &&>(s));
  v.emplace_back(1, s, "x");
  for (auto &e : v) e.c_str();
  m[L"k"];
  mm[1][2];
}
} // namespace templates

// Scopes: functions, lambdas and nameless things.
namespace scopes {
namespace {
struct Hidden {
  virtual ~Hidden() {}
  void run(int) {}
  static int count;
};
int Hidden::count;
void hidden() {}
int hidden_variable;
} // namespace
inline namespace v1 { inline int versioned(int) { return 1; } }
extern "C" int c_function(int i) {
  static int in_c;
  return in_c += i;
}
extern "C" int c_variable;
int c_variable;
inline int locals(int i) {
  static int first;
  {
    static int second = c_function(1);
    first += second;
  }
  struct Local {
    int method(Local *) {
      static int third;
      return third++;
    }
    static int twice() { struct Again { int x() { return 2; } }; return Again().x(); }
  };
  enum { a, b };
  auto lambda = [&](int x) { static int in_lambda; return x + i + in_lambda++; };
  auto generic = [](auto a, auto &&...) { struct InGeneric { int f() { return 1; } }; return InGeneric().f(); };
  auto nested = [=] { return [=](Local) mutable { return i; }(Local()); };
  return first + Local().method(nullptr) + Local::twice() + lambda(1) + generic(1, 2) + generic('c') + nested();
}
template <class T> int templated(T t) {
  static T cache = t;
  auto l = [](T) { return 1; };
  struct Inside { int f(T) { return 3; } };
  return l(cache) + Inside().f(t);
}
auto global_lambda = [](int i) noexcept { return i; };
int (*converted)(int) = global_lambda;
template <class F> int call(F f) { return f(1); }
struct { int a; } nameless;
typedef struct { int f() { return 1; } } Typedefed;
struct Holder {
  struct { int x; } member;
  union { int u; };
  enum { one };
  int field = [] { return 4; }();
  int argument(int i = [] { return 5; }()) { return i; }
};
void takes(decltype(nameless) *, decltype(Holder::member) *, Typedefed) {}
inline auto returns_local() {
  struct L { int f() { return 7; } };
  return L();
}
thread_local std::string on_thread("t");
inline thread_local std::string inline_on_thread("t");
std::string initialised("x");
template <class T> struct Static { static std::string s; };
template <class T> std::string Static<T>::s("y");
inline std::string inline_initialised("z");
inline std::string &guarded() {
  static std::string s("guarded");
  thread_local std::string t("thread");
  return s += t;
}
void use() {
  Hidden h;
  h.run(Hidden::count + hidden_variable);
  hidden();
  versioned(1), locals(1), templated(1), templated(h), c_function(c_variable);
  call(global_lambda), call([](int i) { return i; });
  Typedefed().f();
  Holder().argument();
  returns_local().f();
  guarded();
  &Static<int>::s, &Static<types::S>::s, inline_initialised += inline_on_thread;
}
inline void cleans_up() {
  std::string a("a"), b("b");
  try {
    std::string c(a);
    c += b;
  } catch (int) {
    throw;
  } catch (...) {
  }
}
void handlers() { cleans_up(); }
} // namespace scopes

// Strings.
namespace strings {
const char *narrow() { return "narrow \t\n\"quoted\" 'single' \\ ,/:.-?@"; }
const char *empty() { return ""; }
const char *bytes() { return "\x01\x7f\x80\xc1\xe1\xff"; }
const char *long_one() { return "a string of more than thirty-two bytes is cut"; }
const wchar_t *wide() { return L"wide \u263a"; }
const wchar_t *wide_long() { return L"a wide string of more than thirty-two characters is cut"; }
const char8_t *utf8() { return u8"\u00e4"; }
const char16_t *utf16() { return u"sixteen"; }
const char32_t *utf32() { return U"thirty"; }
const char16_t *utf16_long() { return u"more than thirty-two bytes of it"; }
const char32_t *utf32_long() { return U"more than thirty-two bytes of it"; }
} // namespace strings

// Variables.
namespace variables {
int plain;
extern const int constant = 1;
volatile int changing;
int *pointer;
const int *to_constant;
int *const constant_pointer = nullptr;
extern int *const shown_pointer = nullptr;
const volatile int *volatile everything;
int array[3][4];
extern const int constant_array[2] = {1, 2};
int &reference = plain;
int (*function)(int, char);
int (*functions[4])(int);
int types::S::*member;
void (types::S::*method)(int);
int (types::S::*array_member)[3];
int (*to_array)[5];
types::S object;
types::EC enumerated;
std::vector<types::S> of_template;
int *__restrict restricted;
int __unaligned *unaligned;
void (*(*(*deep)(int))[3])(char);
} // namespace variables

// What llvm-undname 19 refuses or misreads: Options.Extended.
namespace beyond {
struct V { int a, b; };
struct W { int v[3]; V inner; const char *p; float f; };
union Un { int i; float f; };
V vs[4];
template <V v> void structure() {}
template void structure<V{1, -2}>();
template <W w> void nested() {}
template void nested<W{{1, 2, 3}, {4, 5}, templates::text, 1.5f}>();
template <Un u> void a_union() {}
template void a_union<Un{.f = 1}>();
template <double d> void floating() {}
template void floating<1.5>();
template void floating<-0.1>();
template <int *P> void subobject() {}
template void subobject<&templates::array[3]>();
template void subobject<&vs[2].b>();
template <auto V> void automatic() {}
template void automatic<V{3, 4}>();
template void automatic<2.5f>();
#ifdef __x86_64__
void wide(__int128, unsigned __int128) {}
#endif
template <auto F, class A, class B> void after_operator(A, B) {}
template void after_operator<&operators::O::operator~, types::S, types::U>(types::S, types::U);
template <class T> void some(T) {}
template <auto F, class A, class B> void after_template(A, B) {}
template void after_template<&some<int>, types::S, types::U>(types::S, types::U);
namespace {
struct Anon {};
template <class T> struct AnonT {};
void anonymous(Anon, AnonT<Anon>, Anon *, AnonT<int> *) {}
} // namespace
void use() { anonymous({}, {}, nullptr, nullptr); }
void different(templates::Auto<1>, templates::Auto<1L>, types::S, templates::Auto<1L>, types::S) {}
[[clang::preserve_most]] void most() {}
[[clang::preserve_none]] void none() {}
inline types::S funclet(types::S a, types::S &&, std::string s) {
  std::string t(s);
  t += s;
  return a;
}
void funclets() { funclet({}, {}, "x"); }
inline int seh(int i) {
  __try {
    return scopes::c_function(i);
  } __except (scopes::c_function(2)) {
    return i;
  }
}
inline void seh_finally(int i) {
  __try {
    scopes::c_function(i);
  } __finally {
    scopes::c_function(3);
  }
}
void structured() { seh(1), seh_finally(2); }
} // namespace beyond
