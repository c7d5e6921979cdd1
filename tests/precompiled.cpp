// The source that makes the build compile the shared header: main.cpp must do without it.
