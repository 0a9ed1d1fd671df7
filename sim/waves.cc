// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/waves.h"

// The reader of the format comes with Verilator, in the file that writes it.
#include <gtkwave/fstapi.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>

namespace tetralog {
namespace {

struct Reader {
  using Changes = std::vector<std::pair<uint64_t, uint64_t>>;
  std::map<fstHandle, std::vector<Changes*>> changes;

  static void Change(void* self, uint64_t time, fstHandle handle, const unsigned char* bits) {
    const auto found = static_cast<Reader*>(self)->changes.find(handle);
    if (found == static_cast<Reader*>(self)->changes.end()) return;
    uint64_t value = 0;
    for (; *bits != 0; ++bits) value = value << 1 | (*bits == '1');
    for (Changes* list : found->second) list->emplace_back(time, value);
  }
};

}  // namespace

Waves::Waves(const std::string& path, const std::vector<std::string>& signals) {
  const std::unique_ptr<void, void (*)(void*)> file(fstReaderOpen(path.c_str()), fstReaderClose);
  if (!file) throw std::runtime_error("cannot read waves from " + path);
  begin_ = fstReaderGetStartTime(file.get());
  end_ = fstReaderGetEndTime(file.get());
  std::set<std::string> wanted(signals.begin(), signals.end());
  std::vector<std::string> scopes;
  Reader reader;
  while (const fstHier* item = fstReaderIterateHier(file.get())) {
    if (item->htyp == FST_HT_SCOPE) scopes.emplace_back(item->u.scope.name);
    if (item->htyp == FST_HT_UPSCOPE) scopes.pop_back();
    if (item->htyp != FST_HT_VAR || item->u.var.length > 64) continue;
    std::string name;
    for (const std::string& scope : scopes) name += scope + ".";
    const std::string own = item->u.var.name;
    name += own.substr(0, own.find_first_of(" ["));  // without its range of bits
    if (wanted.erase(name) == 0) continue;
    reader.changes[item->u.var.handle].push_back(&changes_[name]);
    fstReaderSetFacProcessMask(file.get(), item->u.var.handle);
  }
  if (!wanted.empty()) throw std::runtime_error(path + " has no signal " + *wanted.begin());
  fstReaderIterBlocks(file.get(), Reader::Change, &reader, nullptr);
}

uint64_t Waves::At(const std::string& signal, uint64_t time) const {
  const Changes& list = changes_.at(signal);
  const auto after =
      std::upper_bound(list.begin(), list.end(), time,
                       [](uint64_t t, const auto& change) { return t < change.first; });
  return after == list.begin() ? 0 : std::prev(after)->second;
}

}  // namespace tetralog
