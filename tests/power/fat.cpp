#include "tests/power/fat.hpp"

#include <cstring>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace drydock::power {
namespace {

constexpr std::uint32_t end_of_chain = 0x0ffffff8, cluster_mask = 0x0fffffff;
constexpr std::uint8_t long_name = 0x0f, folder_bit = 0x10, label_bit = 0x08;
constexpr std::size_t depth_max = 8, entry_bytes = 32;

std::uint32_t number(const std::uint8_t* at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t n = bytes; n-- > 0;) value = value << 8 | at[n];
  return value;
}

class Reader {
 public:
  Reader(const Sectors& sectors, std::uint64_t sector_count) : sectors_(sectors) {
    const std::uint8_t* boot = sectors(0);
    cluster_sectors_ = boot[13];
    tables_at_ = number(boot + 14, 2);
    tables_ = boot[16];
    table_sectors_ = number(boot + 36, 4);
    root_ = number(boot + 44, 4);
    data_at_ = tables_at_ + std::uint64_t{tables_} * table_sectors_;
    sane_ = number(boot + 510, 2) == 0xaa55 && number(boot + 11, 2) == 512 &&
            cluster_sectors_ != 0 && tables_ == 2 && table_sectors_ != 0 && data_at_ < sector_count;
    if (sane_) clusters_ = static_cast<std::uint32_t>((sector_count - data_at_) / cluster_sectors_);
  }

  FatView look() {
    if (!sane_) {
      complain("the boot sector is not one of FAT32");
      return std::move(view_);
    }
    std::string root;
    if (auto chain = follow(root_, "/")) root = bytes_of(*chain, ~std::size_t{0});
    folder(root, "", 0);
    return std::move(view_);
  }

 private:
  using Chain = std::vector<std::uint32_t>;

  void complain(std::string text) { view_.damage.push_back(std::move(text)); }

  std::uint32_t next(std::uint32_t cluster, std::uint32_t table) const {
    const std::uint64_t at = std::uint64_t{cluster} * 4;
    const auto* sector = sectors_(tables_at_ + std::uint64_t{table} * table_sectors_ + at / 512);
    return number(sector + at % 512, 4) & cluster_mask;
  }

  std::optional<Chain> follow(std::uint32_t cluster, const std::string& name) {
    Chain chain;
    while (cluster < end_of_chain) {
      if (cluster < 2 || cluster >= clusters_ + 2) {
        complain(fmt::format("{} leads to cluster {}", name, cluster));
        return chain.empty() ? std::nullopt : std::optional(chain);
      }
      if (!owned_.insert(cluster).second) {
        complain(fmt::format("{} shares cluster {}", name, cluster));
        return chain.empty() ? std::nullopt : std::optional(chain);
      }
      chain.push_back(cluster);
      const std::uint32_t after = next(cluster, 0);
      if (after != next(cluster, 1)) complain(fmt::format("{}: the two tables differ", name));
      if (after == 0) {
        complain(fmt::format("{} lies in free cluster {}", name, cluster));
        return chain;
      }
      cluster = after;
    }
    return chain;
  }

  std::string bytes_of(const Chain& chain, std::size_t limit) const {
    std::string bytes;
    for (const std::uint32_t cluster : chain) {
      for (std::uint32_t n = 0; n < cluster_sectors_ && bytes.size() < limit; ++n) {
        const auto* sector = sectors_(data_at_ + std::uint64_t{cluster - 2} * cluster_sectors_ + n);
        bytes.append(reinterpret_cast<const char*>(sector), 512);
      }
    }
    return bytes;
  }

  // Long names come before their entry, last piece first; only ASCII matters here.
  static std::string piece(const std::uint8_t* entry) {
    std::string text;
    for (const std::size_t at : {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30}) {
      const std::uint32_t letter = number(entry + at, 2);
      if (letter == 0 || letter == 0xffff) break;
      text += static_cast<char>(letter);
    }
    return text;
  }

  static std::string short_name(const std::uint8_t* entry) {
    std::string text;
    for (std::size_t n = 0; n < 11; ++n) {
      if (n == 8 && entry[8] != ' ') text += '.';
      if (entry[n] != ' ') text += static_cast<char>(std::tolower(entry[n]));
    }
    return text;
  }

  void folder(const std::string& bytes, const std::string& path, std::size_t depth) {
    if (depth > depth_max) return complain(path + " is too deep");
    std::string name;
    for (std::size_t at = 0; at + entry_bytes <= bytes.size(); at += entry_bytes) {
      const auto* entry = reinterpret_cast<const std::uint8_t*>(bytes.data()) + at;
      if (entry[0] == 0) return;
      if (entry[0] == 0xe5) {
        name.clear();
      } else if (entry[11] == long_name) {
        name = piece(entry) + name;
      } else if ((entry[11] & label_bit) != 0 || entry[0] == '.') {
        name.clear();
      } else {
        item(entry, path + "/" + (name.empty() ? short_name(entry) : name), depth);
        name.clear();
      }
    }
  }

  void item(const std::uint8_t* entry, const std::string& path, std::size_t depth) {
    const std::uint32_t first = number(entry + 20, 2) << 16 | number(entry + 26, 2);
    const std::uint32_t size = number(entry + 28, 4);
    const bool is_folder = (entry[11] & folder_bit) != 0;
    if (first == 0) {
      if (size != 0 || is_folder) complain(path + " has no cluster");
      if (!is_folder && depth == 0) view_.files[path] = "";
      return;
    }
    const auto chain = follow(first, path);
    const std::size_t cluster = cluster_sectors_ * std::size_t{512};
    if (!is_folder && (!chain || chain->size() != (size + cluster - 1) / cluster))
      complain(
          fmt::format("{} has {} bytes in {} clusters", path, size, chain ? chain->size() : 0));
    if (is_folder) return folder(chain ? bytes_of(*chain, ~std::size_t{0}) : "", path, depth + 1);
    if (depth != 0) return;
    std::string text = chain ? bytes_of(*chain, file_bytes_kept) : "";
    text.resize(std::min<std::size_t>(text.size(), size));
    view_.files[path] = std::move(text);
  }

  const Sectors& sectors_;
  std::uint32_t cluster_sectors_ = 0, tables_ = 0, table_sectors_ = 0, root_ = 0, clusters_ = 0;
  std::uint64_t tables_at_ = 0, data_at_ = 0;
  bool sane_ = false;
  std::set<std::uint32_t> owned_;
  FatView view_;
};

}  // namespace

FatView look_at_fat(const Sectors& sectors, std::uint64_t sector_count) {
  return Reader(sectors, sector_count).look();
}

}  // namespace drydock::power
