#pragma once
// The report as one self-contained HTML page: inline style, inline SVG, pictures as data URIs, no script.
// The same run gives the same bytes. Must not know: files.

#include <string>

#include "ocelli/launch/report/results.hpp"

namespace ocelli::report {

[[nodiscard]] std::string html_page(const RunData& run, const Results& results);

/// Sections of the page (page_sections.cpp), each with its heading; a section without data says why.
[[nodiscard]] std::string head_section(const RunData& run, const Results& results);
[[nodiscard]] std::string fault_section(const RunData& run, const Results& results);
[[nodiscard]] std::string latency_section(const RunData& run, const Results& results);
[[nodiscard]] std::string tracking_section(const RunData& run, const Results& results);
[[nodiscard]] std::string camera_section(const RunData& run, const Results& results);
[[nodiscard]] std::string topic_section(const Results& results);
[[nodiscard]] std::string notes_section(const RunData& run);

}  // namespace ocelli::report
