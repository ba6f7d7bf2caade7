package io.cachee.store;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The few calls of the C library that the JDK does not offer: allocating a file's pages without writing them, and
 * anonymous memory in large pages. Where they are not to be had (no permission for native access, another operating
 * system) callers do without.
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

    private static final @Nullable NativeMemory LINUX = link();

    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle fallocate;
    private final MethodHandle mmap;
    private final MethodHandle munmap;
    private final MethodHandle madvise;

    private NativeMemory(Linker linker) {
        ValueLayout.OfInt i = ValueLayout.JAVA_INT;
        ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
        var p = ValueLayout.ADDRESS;
        open = handle(linker, "open", FunctionDescriptor.of(i, p, i));
        close = handle(linker, "close", FunctionDescriptor.of(i, i));
        fallocate = handle(linker, "posix_fallocate", FunctionDescriptor.of(i, i, l, l));
        mmap = handle(linker, "mmap", FunctionDescriptor.of(p, p, l, i, i, i, l));
        munmap = handle(linker, "munmap", FunctionDescriptor.of(i, p, l));
        madvise = handle(linker, "madvise", FunctionDescriptor.of(i, p, l, i));
    }

    private static MethodHandle handle(Linker linker, String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private static @Nullable NativeMemory link() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            return new NativeMemory(Linker.nativeLinker());
        } catch (RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** The error number of posix_fallocate (0 is success), or -1 when the call is not to be had. */
    static int allocate(Path file, long size) {
        if (LINUX == null) {
            return -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) LINUX.open.invokeExact(arena.allocateFrom(file.toString()), O_RDWR | O_NOFOLLOW);
            if (descriptor < 0) {
                return -1;
            }
            int error = (int) LINUX.fallocate.invokeExact(descriptor, 0L, size);
            int closed = (int) LINUX.close.invokeExact(descriptor);
            return closed == 0 ? error : -1;
        } catch (Throwable e) {
            throw new LinkageError("posix_fallocate cannot be called", e);
        }
    }

    /** Zeroed memory; it is given back when nothing refers to it any more. Its pages come when they are touched. */
    static MemorySegment anonymous(long size) {
        MemorySegment memory = LINUX == null ? null : LINUX.map(size);
        return memory == null ? Arena.ofAuto().allocate(size, Layout.PAGE) : memory;
    }

    /** Has all pages of some memory brought in, without changing what is in them. False when that cannot be done. */
    static boolean populate(MemorySegment memory) {
        if (LINUX == null) {
            return false;
        }
        try {
            return (int) LINUX.madvise.invokeExact(memory, memory.byteSize(), MADV_POPULATE_WRITE) == 0;
        } catch (Throwable e) {
            throw new LinkageError("madvise cannot be called", e);
        }
    }

    private @Nullable MemorySegment map(long size) {
        try {
            long mapped = size + HUGE_PAGE;
            MemorySegment raw = (MemorySegment)
                    mmap.invokeExact(MemorySegment.NULL, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (raw.address() == -1) {
                return null;
            }
            MemorySegment whole = raw.reinterpret(mapped, Arena.ofAuto(), NativeMemory::unmap);
            MemorySegment memory = whole.asSlice(Layout.align(raw.address(), HUGE_PAGE) - raw.address(), size);
            int advised = (int) madvise.invokeExact(memory, size, MADV_HUGEPAGE);
            // Without large pages everything works as well, only slower.
            return advised == 0 || advised == -1 ? memory : null;
        } catch (Throwable e) {
            throw new LinkageError("mmap cannot be called", e);
        }
    }

    private static void unmap(MemorySegment memory) {
        try {
            int ignored = (int) java.util.Objects.requireNonNull(LINUX).munmap.invokeExact(memory, memory.byteSize());
        } catch (Throwable e) {
            throw new LinkageError("munmap cannot be called", e);
        }
    }
}
