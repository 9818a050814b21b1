#pragma once
// A configuration of any profile for the tests of this folder.

#include "ocelli/middleware/e2e/profile.hpp"

namespace ocelli::e2e {

inline Config config_of(Profile profile, std::uint32_t bytes) {
  Config config = with_length({.profile = profile}, bytes);
  config.data_id = info(profile).id_bytes == 0 ? 0x123 : 0x0A0B0C0D;
  for (std::uint8_t i = 0; i < 16; ++i) config.data_id_list[i] = static_cast<std::uint8_t>(i * 3 + 1);
  config.tag = {1, 2, 0x123456};
  return config;
}

}  // namespace ocelli::e2e
