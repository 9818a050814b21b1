// Accelerators as shared libraries: what is not whole is refused by name, and never called.
#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <string>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/network.hpp"

namespace ocelli::accel {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kFunctions = (sizeof(ocelli_accel_api) - offsetof(ocelli_accel_api, enumerate)) / sizeof(void*);
constexpr std::size_t kImportFd =
    (offsetof(ocelli_accel_api, import_fd) - offsetof(ocelli_accel_api, enumerate)) / sizeof(void*);

class AcceleratorPlugin : public testing::Test {
 protected:
  void SetUp() override { forget_orders(); }
  void TearDown() override { forget_orders(); }
  static void forget_orders() {
    for (const char* name : {"SIZE", "ABI", "MISSING", "NO_TABLE", "ERROR"})
      ::unsetenv((std::string("ACCEL_PLUGIN_") + name).c_str());
  }
  static void order(const std::string& name, std::size_t value) {
    ::setenv(("ACCEL_PLUGIN_" + name).c_str(), std::to_string(value).c_str(), 1);
  }
  static Result<Network> loaded() {
    return Network::load("x", {{"none", {}}}, {1, 4}, {OCELLI_TEST_ACCELERATOR, "", 1});
  }
};

TEST_F(AcceleratorPlugin, AWholeTableIsTakenAndItsErrorsAreTold) {
  EXPECT_TRUE(find_backend(OCELLI_TEST_ACCELERATOR));
  ::setenv("ACCEL_PLUGIN_ERROR", "no such card", 1);
  EXPECT_THAT(loaded().error().message, AllOf(HasSubstr("model 'x' on '"), HasSubstr("': device lost: no such card")));
}

TEST_F(AcceleratorPlugin, AnErrorWithoutASentenceIsToldByItsStatus) {
  const auto network = loaded();  // last_error gives NULL
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(network.error().message, testing::EndsWith("': device lost"));
}

TEST_F(AcceleratorPlugin, EachMissingFunctionIsRefusedButTheOneThatMayBe) {
  for (std::size_t i = 0; i < kFunctions; ++i) {
    order("MISSING", i);
    const auto api = find_backend(OCELLI_TEST_ACCELERATOR);
    EXPECT_EQ(api.has_value(), i == kImportFd) << "function " << i;
    if (api) continue;
    EXPECT_EQ(api.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(api.error().message, AllOf(HasSubstr("accelerator '"), HasSubstr("with functions missing")));
    EXPECT_FALSE(loaded()) << "function " << i;
  }
}

TEST_F(AcceleratorPlugin, AnotherVersionAShorterTableAndNoneAreRefused) {
  order("ABI", 7);
  EXPECT_THAT(loaded().error().message, HasSubstr("a table of version 7: expected version 1"));
  forget_orders();
  order("SIZE", sizeof(ocelli_accel_api) - sizeof(void*));
  EXPECT_THAT(loaded().error().message,
              HasSubstr(fmt::format("a table of {} bytes: expected at least {}",
                                    sizeof(ocelli_accel_api) - sizeof(void*), sizeof(ocelli_accel_api))));
  forget_orders();
  order("SIZE", sizeof(ocelli_accel_api) + sizeof(void*));
  EXPECT_TRUE(find_backend(OCELLI_TEST_ACCELERATOR)) << "a newer table has grown at its end";
  forget_orders();
  order("NO_TABLE", 1);
  EXPECT_THAT(loaded().error().message, HasSubstr("does not serve version 1 of the ABI"));
}

}  // namespace
}  // namespace ocelli::accel
