package io.cachee.store;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The few calls of the C library that the JDK does not offer: allocating a file's pages without writing them, and
 * anonymous memory in large pages. Where they are not available (no permission for native access, another operating
 * system), callers do without.
 */
@SuppressWarnings("restricted")
final class NativeMemory {
    private static final int O_RDWR = 2;
    private static final int O_NOFOLLOW = 0x20000;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final long HUGE_PAGE = 1L << 21;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout POINTER = ValueLayout.ADDRESS;
    private static final FunctionDescriptor OPEN = FunctionDescriptor.of(INT, POINTER, INT);
    private static final FunctionDescriptor CLOSE = FunctionDescriptor.of(INT, INT);
    private static final FunctionDescriptor FALLOCATE = FunctionDescriptor.of(INT, INT, LONG, LONG);
    private static final FunctionDescriptor MMAP =
            FunctionDescriptor.of(ValueLayout.ADDRESS, POINTER, LONG, INT, INT, INT, LONG);
    private static final FunctionDescriptor MUNMAP = FunctionDescriptor.of(INT, POINTER, LONG);
    private static final FunctionDescriptor MADVISE = FunctionDescriptor.of(INT, POINTER, LONG, INT);

    private static final boolean LINUX = System.getProperty("os.name", "").equals("Linux")
            && NativeMemory.class.getModule().isNativeAccessEnabled();
    /** Functions are linked when first called, because linking takes milliseconds. */
    private static final Map<String, MethodHandle> FUNCTIONS = new ConcurrentHashMap<>();

    private NativeMemory() {}

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return FUNCTIONS.computeIfAbsent(name, _ -> {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
        });
    }

    /** The error number of posix_fallocate (0 is success), or -1 when it cannot be called. */
    static int allocate(Path file, long size) {
        if (!LINUX) {
            return -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor =
                    (int) function("open", OPEN).invokeExact(arena.allocateFrom(file.toString()), O_RDWR | O_NOFOLLOW);
            if (descriptor < 0) {
                return -1;
            }
            int error = (int) function("posix_fallocate", FALLOCATE).invokeExact(descriptor, 0L, size);
            int closed = (int) function("close", CLOSE).invokeExact(descriptor);
            return closed == 0 ? error : -1;
        } catch (IllegalCallerException denied) {
            return -1;
        } catch (Throwable e) {
            throw new LinkageError("posix_fallocate cannot be called", e);
        }
    }

    /**
     * Zeroed memory, which is released when nothing refers to it any more. Its pages are allocated when they are
     * touched.
     */
    static MemorySegment anonymous(long size) {
        MemorySegment memory = LINUX ? map(size) : null;
        return memory == null ? Arena.ofAuto().allocate(size, Layout.PAGE) : memory;
    }

    /**
     * Brings in all pages of some memory, as large pages if possible, without changing their contents. False when that
     * is not possible.
     */
    static boolean populate(MemorySegment memory) {
        if (!LINUX) {
            return false;
        }
        try {
            MethodHandle advise = function("madvise", MADVISE);
            // Without large pages everything works as well, only slower.
            int ignored = (int) advise.invokeExact(memory, memory.byteSize(), MADV_HUGEPAGE);
            return (int) advise.invokeExact(memory, memory.byteSize(), MADV_POPULATE_WRITE) == 0;
        } catch (IllegalCallerException denied) {
            return false;
        } catch (Throwable e) {
            throw new LinkageError("madvise cannot be called", e);
        }
    }

    private static @Nullable MemorySegment map(long size) {
        try {
            long mapped = size + HUGE_PAGE;
            MemorySegment raw = (MemorySegment) function("mmap", MMAP)
                    .invokeExact(MemorySegment.NULL, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (raw.address() == -1) {
                return null;
            }
            MemorySegment whole = raw.reinterpret(mapped, Arena.ofAuto(), NativeMemory::unmap);
            return whole.asSlice(Layout.align(raw.address(), HUGE_PAGE) - raw.address(), size);
        } catch (IllegalCallerException denied) {
            return null;
        } catch (Throwable e) {
            throw new LinkageError("mmap cannot be called", e);
        }
    }

    private static void unmap(MemorySegment memory) {
        try {
            int ignored = (int) function("munmap", MUNMAP).invokeExact(memory, memory.byteSize());
        } catch (Throwable e) {
            throw new LinkageError("munmap cannot be called", e);
        }
    }
}
