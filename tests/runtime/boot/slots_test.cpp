#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/boot/disks/slots.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {
namespace {

const BootState quiet_b{4, Slot::b, Slot::none, {}};
const BootState armed_b{5, Slot::a, Slot::b, {9}};

struct Layout {
  TemporaryFolder folder;
  SlotLayout layout;

  Layout() {
    layout.slot_a = folder / "a.img";
    layout.slot_b = folder / "b.img";
    layout.command_line = folder / "cmdline";
    layout.mounts = folder / "mountinfo";
    layout.boot_id = folder / "boot_id";
    put(layout.slot_a, std::string(4096, 'a'));
    put(layout.slot_b, std::string(8192, 'b'));
    put(layout.mounts, "");
  }
  void put(const std::string& path, std::string_view bytes) {
    auto fd = files::open(path, O_WRONLY | O_CREAT | O_TRUNC);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(files::write_all(fd->get(), bytes, path).ok());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slots)

BOOST_AUTO_TEST_CASE(boot_arguments_are_read_as_grub_writes_them) {
  const auto all =
      parse_boot_arguments("quiet ab.partition=B ab.tries_left=2 ab.fallback=0 panic=5\n");
  BOOST_TEST((all.slot == Slot::b));
  BOOST_TEST((all.tries_left == 2u && all.fallback == 0u && all.stub == Slot::none));
  BOOST_TEST((parse_boot_arguments("ab.partition=A ab.stub=B").stub == Slot::b));
  const auto none = parse_boot_arguments("xab.partition=B ab.partition=C ab.tries_left= quiet");
  BOOST_TEST((none.slot == Slot::none));
  BOOST_TEST((!none.tries_left && !none.fallback));
}

BOOST_FIXTURE_TEST_CASE(the_kernel_command_line_comes_before_the_boot_state, Layout) {
  put(layout.command_line, "ab.partition=A\n");
  BOOST_TEST((*active_slot(layout, quiet_b) == Slot::a));
}

BOOST_FIXTURE_TEST_CASE(the_boot_state_answers_when_the_command_line_does_not, Layout) {
  BOOST_TEST((*active_slot(layout, quiet_b) == Slot::b));
}

BOOST_FIXTURE_TEST_CASE(during_a_trial_the_boot_state_does_not_tell_which_slot_runs, Layout) {
  const auto slot = active_slot(layout, armed_b);
  BOOST_REQUIRE(!slot.ok());
  BOOST_TEST((slot.error().kind == ErrorKind::not_found));
  BOOST_TEST(!active_slot(layout, std::nullopt).ok());
}

BOOST_FIXTURE_TEST_CASE(a_root_mount_that_contradicts_the_boot_is_an_error, Layout) {
  // A block device node stands in for slot B's partition; only its number is looked at.
  const dev_t number = makedev(7, 250);
  BOOST_REQUIRE(::unlink(layout.slot_b.c_str()) == 0);
  if (::mknod(layout.slot_b.c_str(), S_IFBLK | 0600, number) != 0) {
    BOOST_TEST_MESSAGE("skipped: making a device node needs root");
    return;
  }
  put(layout.mounts,
      "22 1 7:250 / / rw - ext4 /dev/loop250 rw\n23 22 0:5 / /proc rw - proc x rw\n");
  BOOST_TEST((*active_slot(layout, std::nullopt) == Slot::b));
  BOOST_TEST((*active_slot(layout, armed_b) == Slot::b));
  put(layout.command_line, "ab.partition=A");
  const auto slot = active_slot(layout, quiet_b);
  BOOST_REQUIRE(!slot.ok());
  BOOST_TEST((slot.error().kind == ErrorKind::mismatch));
}

BOOST_AUTO_TEST_CASE(a_slot_below_an_overlay_is_the_one_that_is_mounted) {
  const std::string root = "22 1 0:30 / / rw - overlay slot rw\n";
  const std::string a = "23 22 259:2 / /slot ro - squashfs /dev/nvme0n1p2 ro\n";
  const std::string b = "24 22 259:3 / /mnt ro - squashfs /dev/nvme0n1p3 ro\n";
  BOOST_TEST((slot_in_mounts(root + a, "259:2", "259:3") == Slot::a));
  BOOST_TEST((slot_in_mounts(root + b, "259:2", "259:3") == Slot::b));
  BOOST_TEST((slot_in_mounts(root + a + b, "259:2", "259:3") == Slot::none));  // cannot be told
  BOOST_TEST((slot_in_mounts(root, "259:2", "259:3") == Slot::none));
  BOOST_TEST((slot_in_mounts(root + a, "", "") == Slot::none));
  const std::string root_a = "22 1 259:2 / / ro - ext4 /dev/nvme0n1p2 ro\n";
  BOOST_TEST((slot_in_mounts(root_a + b, "259:2", "259:3") == Slot::a));
}

BOOST_FIXTURE_TEST_CASE(plain_files_have_their_size_and_open_for_writing, Layout) {
  BOOST_TEST(*slot_size(layout, Slot::a) == 4096u);
  BOOST_TEST(*slot_size(layout, Slot::b) == 8192u);
  auto fd = open_slot(layout, Slot::b);
  BOOST_REQUIRE(fd.ok());
  BOOST_TEST(files::write_at(fd->get(), "x", 0, "slot").ok());
  BOOST_TEST(set_read_only(fd->get(), true).ok());
}

// A partition as the kernel sees one; empty where the test may not make one.
struct Loop {
  files::UniqueFd device;
  std::string path;
  explicit Loop(const std::string& file) {
    auto control = files::open("/dev/loop-control", O_RDWR);
    if (!control) return;
    const int number = ::ioctl(control->get(), LOOP_CTL_GET_FREE);
    if (number < 0) return;
    path = "/dev/loop" + std::to_string(number);
    auto loop = files::open(path, O_RDWR);
    auto backing = files::open(file, O_RDWR);
    if (!loop || !backing || ::ioctl(loop->get(), LOOP_SET_FD, backing->get()) != 0) return;
    device = std::move(*loop);
  }
  ~Loop() {
    if (device) ::ioctl(device.get(), LOOP_CLR_FD);
  }
};

BOOST_FIXTURE_TEST_CASE(a_proved_partition_refuses_writes_through_older_descriptors, Layout) {
  const Loop loop(layout.slot_b);
  if (!loop.device) {
    BOOST_TEST_MESSAGE("skipped: no loop device can be made here");
    return;
  }
  layout.slot_b = loop.path;
  BOOST_TEST(*slot_size(layout, Slot::b) == 8192u);
  auto older = open_slot(layout, Slot::b);
  BOOST_REQUIRE(older.ok());
  const auto write = [&] {
    return files::write_at(older->get(), std::string(4096, 'x'), 0, "slot").ok();
  };
  BOOST_TEST(write());
  BOOST_REQUIRE(set_read_only(loop.device.get(), true).ok());
  BOOST_TEST(!write());
  BOOST_REQUIRE(set_read_only(loop.device.get(), false).ok());
  BOOST_TEST(write());
}

BOOST_FIXTURE_TEST_CASE(a_partition_in_use_is_refused, Layout) {
  const Loop loop(layout.slot_b);
  if (!loop.device) {
    BOOST_TEST_MESSAGE("skipped: no loop device can be made here");
    return;
  }
  layout.slot_b = loop.path;
  auto in_use = files::open(loop.path, O_RDONLY | O_EXCL);  // what a mount does
  BOOST_REQUIRE(in_use.ok());
  const auto slot = open_slot(layout, Slot::b);
  BOOST_REQUIRE(!slot.ok());
  BOOST_TEST((slot.error().kind == ErrorKind::refused));
  in_use->reset();
  BOOST_TEST(open_slot(layout, Slot::b).ok());
}

BOOST_FIXTURE_TEST_CASE(a_missing_slot_or_a_folder_is_refused, Layout) {
  layout.slot_a = folder / "missing";
  layout.slot_b = folder.path();
  BOOST_TEST(!open_slot(layout, Slot::a).ok());
  BOOST_TEST(!slot_size(layout, Slot::a).ok());
  BOOST_TEST(!open_slot(layout, Slot::b).ok());
}

BOOST_FIXTURE_TEST_CASE(the_boot_id_is_the_front_of_the_kernels, Layout) {
  put(layout.boot_id, "01234567-89ab-cdef-0123-456789abcdef\n");
  const auto boot = current_boot(layout);
  BOOST_REQUIRE(boot.ok());
  BOOST_TEST((*boot).value == 0x0123456789abcdefu);
  for (const std::string_view bad : {"", "00000000-0000-0000-0000-000000000000", "hello"}) {
    put(layout.boot_id, bad);
    BOOST_TEST(!current_boot(layout).ok());
  }
  BOOST_TEST(current_boot(SlotLayout{}).ok());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
