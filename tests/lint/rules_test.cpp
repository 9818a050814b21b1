// Each rule against a planted violation, and against what looks like one but is fine.
#include "ocelli/tests/lint/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ocelli::lint {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Check = std::vector<Finding> (*)(const Tree&);

std::vector<Finding> check(Check rule, std::string path, std::string text) {
  return rule({make_source(std::move(path), std::move(text))});
}

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "  ++x;\n";
  return text;
}

TEST(Blocking, TheSafetyCoreCallsNothingThatCanBlock) {
  for (const char* path : {"safety/monitor/a.cpp", "safety/monitor/detectors/a.cpp", "middleware/e2e/a.hpp"}) {
    EXPECT_THAT(check(check_blocking, path, "std::this_thread::sleep_for(1ms);\n"), SizeIs(1));
    EXPECT_THAT(check(check_blocking, path, "std::lock_guard<std::mutex> l(m);\n"), SizeIs(2));
    EXPECT_THAT(check(check_blocking, path, "flag.wait(true);\ntry { f(); } catch (...) {}\n"), SizeIs(3));
    EXPECT_THAT(check(check_blocking, path, "int threads = 0;  // no mutex\nauto s = \"printf\";\n"), IsEmpty());
  }
  EXPECT_THAT(check(check_blocking, "safety/analysis/a.cpp", "std::ofstream file;\n"), IsEmpty());
}

TEST(Folders, PerceptionMustNotIncludeTheBus) {
  const auto findings =
      check(check_folders, "perception/a.hpp", "#pragma once\n#include \"ocelli/middleware/bus/bus.hpp\"\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 2);
  EXPECT_THAT(findings[0].message, HasSubstr("perception must not include middleware/bus/bus.hpp"));
}

TEST(Folders, PerceptionSeesThePortsOfANodeOnly) {
  EXPECT_THAT(check(check_folders, "perception/a_node.hpp", "#include \"ocelli/middleware/node/ports.hpp\"\n"),
              IsEmpty());
  EXPECT_THAT(check(check_folders, "perception/a_node.hpp", "#include \"ocelli/middleware/node/shell.hpp\"\n"),
              SizeIs(1));
}

TEST(Folders, TheMonitorSeesNothingButCore) {
  for (const char* other :
       {"middleware/topics/topics.hpp", "perception/box3.hpp", "safety/analysis/fit.hpp", "hal/a.hpp"})
    EXPECT_THAT(check(check_folders, "safety/monitor/a.cpp", std::string("#include \"ocelli/") + other + "\"\n"),
                SizeIs(1));
  for (const char* path : {"safety/monitor/detectors/a.cpp", "middleware/e2e/a.hpp"})
    for (const char* other : {"log.hpp", "live_clock.hpp", "buffer.hpp"})
      EXPECT_THAT(check(check_folders, path, std::string("#include \"ocelli/middleware/core/") + other + "\"\n"),
                  SizeIs(1))
          << path << " " << other;
  EXPECT_THAT(check(check_folders, "safety/monitor/a.cpp", "#include \"ocelli/middleware/core/time.hpp\"\n"),
              IsEmpty());
}

TEST(Folders, MessagesReachOnlyThoseWhoMaySeeTopics) {
  EXPECT_THAT(check(check_folders, "perception/a.cpp", "#include \"ros2_sensor.h\"\n"), IsEmpty());
  EXPECT_THAT(check(check_folders, "safety/monitor/a.cpp", "#include \"ros2_sensor.h\"\n"), SizeIs(1));
}

TEST(Folders, IncludesStartAtTheRoot) {
  EXPECT_THAT(check(check_folders, "hal/a.cpp", "#include \"a.hpp\"\n"), SizeIs(1));
}

TEST(Folders, AllFoldersWithALikeStartAreTakenApart) {
  EXPECT_THAT(check(check_folders, "hal/a.cpp", "#include \"ocelli/middleware/core_tools/a.hpp\"\n"), SizeIs(1));
}

TEST(Libraries, DdsStaysInItsFolder) {
  const std::string text = "#include <fastdds/dds/topic/Topic.hpp>\n";
  EXPECT_THAT(check(check_libraries, "middleware/dds/a.cpp", text), IsEmpty());
  for (const char* path : {"middleware/bus/a.cpp", "launch/a.cpp", "safety/monitor/a.cpp"})
    EXPECT_THAT(check(check_libraries, path, text), SizeIs(1)) << path;
}

TEST(Libraries, FastCdrYamlAndOpenCvHaveOneHomeEach) {
  EXPECT_THAT(check(check_libraries, "middleware/topics/codec.hpp", "#include <fastcdr/Cdr.h>\n"), SizeIs(1));
  EXPECT_THAT(check(check_libraries, "middleware/topics/cdr.hpp", "#include <fastcdr/Cdr.h>\n"), IsEmpty());
  EXPECT_THAT(check(check_libraries, "hal/sim/a.cpp", "#include <yaml-cpp/yaml.h>\n"), SizeIs(1));
  EXPECT_THAT(check(check_libraries, "middleware/config/a.cpp", "#include <yaml-cpp/yaml.h>\n"), IsEmpty());
  EXPECT_THAT(check(check_libraries, "safety/analysis/a.cpp", "#include <opencv2/core.hpp>\n"), SizeIs(1));
}

TEST(Libraries, TheSafetyCoreIncludesNoInputOutputNoLockNoClockAndNoException) {
  for (const char* path : {"safety/monitor/a.hpp", "safety/monitor/detectors/a.cpp", "middleware/e2e/a.cpp"}) {
    for (const char* header : {"iostream", "sstream", "cstdio", "mutex", "future", "stop_token", "ctime", "chrono",
                               "stdexcept", "csignal", "time.h", "unistd.h", "sys/mman.h"})
      EXPECT_THAT(check(check_libraries, path, std::string("#include <") + header + ">\n"), SizeIs(1))
          << path << " " << header;
    EXPECT_THAT(check(check_libraries, path, "#include <vector>\n#include <fmt/format.h>\n"), IsEmpty());
  }
  EXPECT_THAT(check(check_libraries, "safety/analysis/a.cpp", "#include <sstream>\n"), IsEmpty());
}

TEST(Libraries, AHeaderThatNoRowKnowsIsFound) {
  EXPECT_THAT(check(check_libraries, "launch/a.cpp", "#include <curl/curl.h>\n"), SizeIs(1));
}

TEST(Libraries, TheSafetyCoreDoesNoInputOrOutputAndTakesNoLock) {
  for (const char* header : {"fstream", "mutex", "thread"}) {
    const std::string text = std::string("#include <") + header + ">\n";
    EXPECT_THAT(check(check_libraries, "safety/monitor/a.cpp", text), SizeIs(1)) << header;
    EXPECT_THAT(check(check_libraries, "middleware/e2e/a.cpp", text), SizeIs(1)) << header;
    EXPECT_THAT(check(check_libraries, "safety/analysis/a.cpp", text), IsEmpty()) << header;
  }
}

TEST(FileLength, FiveHundredLinesPassOneMoreFails) {
  EXPECT_THAT(check(check_file_length, "hal/a.cpp", lines(500)), IsEmpty());
  EXPECT_THAT(check(check_file_length, "hal/a.cpp", lines(501)), SizeIs(1));
  EXPECT_THAT(check(check_file_length, "docs/a.md", lines(501)), IsEmpty());
}

TEST(FunctionLength, SixtyLinesPassOneMoreFails) {
  for (const char* head : {"void f() {\n", "namespace a {\nint S::g(int x) const noexcept {\n", "auto f() -> int {\n",
                           "struct S {\nS() : a_{1}, b_(2) {\n", "template <class T = int>\nvoid f(T t = {}) {\n",
                           "bool operator==(S a, S b) {\n", "TEST(A, B) {\n"}) {
    EXPECT_THAT(check(check_function_length, "hal/a.cpp", head + lines(58) + "}\n"), IsEmpty()) << head;
    EXPECT_THAT(check(check_function_length, "hal/a.cpp", head + lines(59) + "}\n"), SizeIs(1)) << head;
  }
}

TEST(FunctionLength, ALongFunctionBehindOthersIsFoundAtItsLine) {
  const std::string text =
      "struct A {\n  int f() { return g([] { return 1; }); }\n  int b_{2};\n};\n\nvoid g() {\n" + lines(70) + "}\n";
  const auto findings = check(check_function_length, "hal/a.cpp", text);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 6);
}

TEST(FunctionLength, TablesClassesAndNamespacesMayBeLong) {
  for (const char* head : {"constexpr auto kTable = std::to_array<Row>({\n", "class A {\n", "class alignas(64) A {\n",
                           "namespace a {\n", "enum class E {\n"})
    EXPECT_THAT(check(check_function_length, "hal/a.cpp", head + lines(100) + "}\n"), IsEmpty()) << head;
}

TEST(HeaderHead, AHeaderSaysWhatItDoes) {
  EXPECT_THAT(check(check_header_head, "hal/a.hpp", "#pragma once\n// What it does.\n"), IsEmpty());
  EXPECT_THAT(check(check_header_head, "hal/a.hpp", "#pragma once\n\n#include <array>\n"), SizeIs(1));
  EXPECT_THAT(check(check_header_head, "hal/a.hpp", "// What it does.\n#include <array>\n"), SizeIs(1));
}

TEST(Throw, CodeMustNotThrowButCommentsMaySayIt) {
  EXPECT_THAT(check(check_throw, "hal/a.cpp", "void f() { throw 1; }\n"), SizeIs(1));
  EXPECT_THAT(
      check(check_throw, "hal/a.cpp", "// throw\nauto a = \"throw\"; /* throw */ int throws; auto r = R\"(throw)\";\n"),
      IsEmpty());
}

TEST(WallClock, OnlyThoseWhoMayReadTheClock) {
  const std::string text = "auto now() { return std::chrono::steady_clock::now(); }\n";
  EXPECT_THAT(check(check_wall_clock, "perception/a.cpp", text), SizeIs(1));
  EXPECT_THAT(check_all({make_source("middleware/node/a.cpp", text)}), IsEmpty());
  EXPECT_THAT(check_all({make_source("perception/a.cpp", text)}), SizeIs(1));
}

TEST(Unfinished, MarksAreFoundInCodeAndInText) {
  EXPECT_THAT(check(check_unfinished, "hal/a.cpp", "// TODO: more\n"), SizeIs(1));
  EXPECT_THAT(check(check_unfinished, "README.md", "FIXME\n"), SizeIs(1));
  EXPECT_THAT(check(check_unfinished, "hal/a.cpp", "int TODOS = 1;\n"), IsEmpty());
}

TEST(Machine, PathsAndPackageHostsAreFound) {
  EXPECT_THAT(check(check_machine, "hal/a.cpp", "open(\"/home/me/data\");\n"), SizeIs(1));
  EXPECT_THAT(check(check_machine, "hal/a.cpp",
                    "open(\"/wor"
                    "k/shared\");\n"),
              SizeIs(1));
  EXPECT_THAT(check(check_machine, "dev", "apt http://deb.debian.org/debian\n"), SizeIs(1));
  EXPECT_THAT(check(check_machine, "README.md", "see docs/work/plan.md and ../home/x\n"), IsEmpty());
}

TEST(Tracked, GeneratedBinaryAndLargeFilesAreFound) {
  EXPECT_THAT(check(check_tracked, "build/a.txt", "a"), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "a/run.mcap", "a"), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "a/imagePubSubTypes.cxx", "a"), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "a/b.dat", std::string("a\0b", 3)), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "docs/images/a.png", std::string("a\0b", 3)), IsEmpty());
  EXPECT_THAT(check(check_tracked, "docs/a.svg", std::string(500'001, 'a')), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "tests/fuzz/corpus/a", std::string(70'000, '\0')), SizeIs(1));
  EXPECT_THAT(check(check_tracked, "middleware/a.cpp", "int builds;"), IsEmpty());
}

TEST(Tables, ARowWithoutATestIsFound) {
  Tree tree{
      make_source("launch/nodes.cpp",
                  "auto t = table({\n  node_row<perception::TracksNode>(1),\n  node_row<perception::NewNode>(2)});\n"),
      make_source("tests/perception/tracks_test.cpp", "TEST(A, B) { TracksNode node; }\n")};
  const auto findings = check_tables(tree);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 3);
  EXPECT_THAT(findings[0].message, HasSubstr("NewNode"));
}

TEST(Tables, ATextRowIsTestedByNameOrByFile) {
  const auto table =
      make_source("safety/monitor/detectors/detectors.cpp",
                  "Spec s[] = {{\"low\", 1}};\nauto t = {{\"frozen\", s, &make_frozen},\n{\"late\", s, &make_late},\n"
                  "{\"lost\", s, &make_lost}};\n");
  const auto findings = check_tables({table, make_source("tests/safety/monitor/frozen_test.cpp", "\n"),
                                      make_source("tests/safety/monitor/a_test.cpp", "find(\"late\"); // lost\n")});
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 4);
}

TEST(Requirements, AndTestsKnowEachOther) {
  const auto stated =
      make_source("docs/requirements/a.md", "| REQ-A-1 | text |\n| REQ-A-2 | text |\n| REQ-A-1 | x |\n");
  const auto test = make_source(
      "tests/a_test.cpp", "RecordProperty(\"verifies\", \"REQ-A-1\");\nRecordProperty(\"verifies\", \"REQ-B\");\n");
  const auto findings = check_requirements({stated, test});
  ASSERT_THAT(findings, SizeIs(3));
  EXPECT_THAT(findings[0].message, HasSubstr("'REQ-A-1' is there twice"));
  EXPECT_THAT(findings[1].message, HasSubstr("verifies 'REQ-B': not in docs/requirements"));
  EXPECT_THAT(findings[2].message, HasSubstr("no test verifies 'REQ-A-2'"));
}

TEST(Rules, EveryRuleFindsSomethingInATreeThatBreaksThemAll) {
  const Tree tree{
      make_source("perception/a.hpp", "#include <fastdds/a.hpp>\n#include \"ocelli/launch/a.hpp\"\nvoid f() {\n" +
                                          lines(501) + "throw steady_clock::now(); // TODO /home/x\n}\n"),
      make_source("out/a.cpp", "\n"), make_source("docs/requirements/a.md", "| REQ-A | x |\n"),
      make_source("launch/nodes.cpp", "node_row<A>()\n"),
      make_source("safety/monitor/a.cpp", "void f() { std::mutex m; }\n")};
  for (const Rule& rule : rules()) EXPECT_FALSE(rule.check(tree).empty()) << rule.name;
}

}  // namespace
}  // namespace ocelli::lint
