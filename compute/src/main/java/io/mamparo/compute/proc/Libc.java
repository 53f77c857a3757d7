package io.mamparo.compute.proc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The few calls of the C library that Java has no words for. Safe for use by several threads. Every
 * call returns a negative error number instead of throwing.
 */
@SuppressWarnings("restricted") // The signatures below are those of the manual pages.
final class Libc {
  static final int EINTR = 4;
  static final int ENOENT = 2;
  static final int ESRCH = 3;

  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final AddressLayout POINTER = ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle KILL =
      handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FALLOCATE =
      handle(
          "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SYNCFS =
      handle("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle OPEN =
      variadic("open", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_INT), 2);
  private static final MethodHandle PIDFD_OPEN =
      variadic("syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT), 1);

  private Libc() {}

  /** As {@code kill(2)}: a negative pid means the process group. */
  static int kill(long pid, int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      int result = (int) KILL.invokeExact(state, (int) pid, signal);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A file descriptor that becomes readable when the process ends. */
  static int pidfdOpen(long pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      long result = (long) PIDFD_OPEN.invokeExact(state, SYS_PIDFD_OPEN, (int) pid, 0);
      return result < 0 ? -errno(state) : (int) result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes a file descriptor. */
  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int unused = (int) CLOSE.invokeExact(arena.allocate(CAPTURED), fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** As {@code poll(2)}; {@code fds} holds {@code struct pollfd}s of 8 bytes. */
  static int poll(MemorySegment fds, long count, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      int result = (int) POLL.invokeExact(state, fds, count, timeoutMillis);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Takes the first {@code length} bytes out of a file, which writers that append do not notice.
   * The length has to be a multiple of the file system's block size; not every file system can do
   * it.
   */
  static int collapseHead(Path file, long length) {
    int fd = open(file, O_RDWR_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      int result = (int) FALLOCATE.invokeExact(state, fd, FALLOC_FL_COLLAPSE_RANGE, 0L, length);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      close(fd);
    }
  }

  /** Waits until everything written to the file system that holds {@code path} is on the disk. */
  static int syncFileSystem(Path path) {
    int fd = open(path, 0x80000);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      int result = (int) SYNCFS.invokeExact(state, fd);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      close(fd);
    }
  }

  private static int open(Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      MemorySegment name = arena.allocateFrom(path.toString());
      int result = (int) OPEN.invokeExact(state, name, flags, 0);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        LIBC.findOrThrow(name), type, Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(String name, FunctionDescriptor type, int firstVariadic) {
    return LINKER.downcallHandle(
        LIBC.findOrThrow(name),
        type,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  /** A call that cannot throw has thrown. */
  private static AssertionError unexpected(Throwable e) {
    return new AssertionError(e);
  }
}
