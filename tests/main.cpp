// The main() of every test program; the cases lie in the folders that mirror the tree.
#define BOOST_TEST_MODULE drydock
#include <boost/test/unit_test.hpp>
