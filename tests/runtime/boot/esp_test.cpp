#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "runtime/boot/disks/boot_state_store.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {
namespace {

constexpr DeviceNumber esp{259, 1};
const std::string root = "22 1 259:2 / / rw,relatime - ext4 /dev/root rw\n";
const std::string good =
    root + "31 22 259:1 / /boot ro,nosuid,relatime shared:5 - vfat /dev/nvme0n1p1 ro,fmask=0133\n";

Status check(const std::string& mounts) { return check_esp_mount(mounts, "/boot", esp); }

void check_refused(const Status& said, ErrorKind kind, const char* why) {
  BOOST_REQUIRE(!said.ok());
  BOOST_TEST((said.error().kind == kind));
  BOOST_TEST(said.error().text.find(why) != std::string::npos, said.error().text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_esp)

BOOST_AUTO_TEST_CASE(the_fat_of_the_right_partition_may_be_written) {
  BOOST_TEST(check(good).ok());
  BOOST_TEST(check("31 22 259:1 / /boot ro - vfat x ro").ok());  // no line end, no optional field
}

BOOST_AUTO_TEST_CASE(nothing_mounted_is_refused) {
  check_refused(check(root), ErrorKind::refused, "is not mounted");
  check_refused(check(""), ErrorKind::refused, "is not mounted");
  check_refused(check(root + "31 22 259:1 / /boot2 rw - vfat x rw\n"), ErrorKind::refused,
                "is not mounted");
}

BOOST_AUTO_TEST_CASE(another_type_is_refused_before_its_partition_is_looked_at) {
  check_refused(check(root + "31 22 259:9 / /boot rw - ext4 /dev/nvme0n1p4 rw\n"),
                ErrorKind::refused, "holds ext4");
}

BOOST_AUTO_TEST_CASE(the_fat_of_another_partition_is_no_esp) {
  check_refused(check(root + "31 22 8:1 / /boot rw - vfat /dev/sda1 rw\n"), ErrorKind::mismatch,
                "device 8:1");
}

BOOST_AUTO_TEST_CASE(a_folder_of_a_fat_is_no_esp) {
  check_refused(check(root + "31 22 259:1 /EFI /boot rw - vfat x rw\n"), ErrorKind::refused,
                "not its root");
}

BOOST_AUTO_TEST_CASE(what_is_mounted_last_is_what_would_be_written) {
  check_refused(check(good + "40 31 0:5 / /boot rw - tmpfs tmpfs rw\n"), ErrorKind::refused,
                "holds tmpfs");
  BOOST_TEST(check("30 22 0:5 / /boot rw - tmpfs tmpfs rw\n" + good).ok());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_cut_short_is_no_mount) {
  check_refused(check("31 22 259:1 / /boot"), ErrorKind::refused, "holds ,");
}

BOOST_AUTO_TEST_CASE(an_esp_on_another_disk_than_the_slots_is_refused) {
  const std::string pci = "/sys/devices/pci0000:00/nvme/nvme0/";
  BOOST_TEST(check_same_disk(pci + "nvme0n1/nvme0n1p1", pci + "nvme0n1/nvme0n1p2").ok());
  const std::string card = "/sys/devices/pci0000:00/mmc_host/mmc0/mmc0:0001/block/mmcblk0/";
  BOOST_TEST(check_same_disk(card + "mmcblk0p1", card + "mmcblk0p2").ok());
  check_refused(check_same_disk("/sys/devices/usb1/sdb/sdb1", pci + "nvme0n1/nvme0n1p2"),
                ErrorKind::mismatch, "another disk");
}

BOOST_AUTO_TEST_CASE(a_partition_of_another_type_is_no_esp) {
  const std::string udev = "S:disk/by-partlabel/ESP\nE:ID_PART_ENTRY_NAME=ESP\n";
  const std::string type = "E:ID_PART_ENTRY_TYPE=";
  BOOST_TEST(check_esp_type(udev + type + "c12a7328-f81f-11d2-ba4b-00a0c93ec93b\nG:x\n").ok());
  check_refused(check_esp_type(udev + type + "0fc63daf-8483-4772-8e79-3d69d8477de4\n"),
                ErrorKind::mismatch, "type 0fc63daf");
  check_refused(check_esp_type(udev), ErrorKind::mismatch, "type none");
  check_refused(check_esp_type(""), ErrorKind::mismatch, "type none");
}

BOOST_AUTO_TEST_CASE(without_the_partition_nothing_is_written) {
  TemporaryFolder folder;
  BootStateStore store(EspPlace{folder.path(), true, folder / "none", folder / "slot"});
  const auto stored = store.store({1, Slot::a, Slot::none, {}});
  BOOST_REQUIRE(!stored.ok());
  BOOST_TEST((stored.error().kind == ErrorKind::not_found));
  BOOST_TEST(!store.ensure_tries().ok());
  BOOST_TEST(::access((folder / "ab_state").c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
