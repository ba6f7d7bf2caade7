package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each reason for which a reader refuses a file. */
final class AttachTest {
    private static final long MIB = 1 << 20;
    private static final StoreReader.Options BRIEFLY =
            StoreReader.Options.DEFAULT.withAttachTimeout(Duration.ofMillis(40));

    @TempDir
    private Path folder = Path.of("");

    private AttachException refused(Path path, StoreReader.Options options) {
        AttachException e = catchThrowableOfType(
                AttachException.class, () -> StoreReader.attach(path, options).close());
        assertThat(e).isNotNull().hasMessageContaining(path.toString());
        return e;
    }

    /** A copy of a published file, changed. */
    private Path changed(Consumer<ByteBuffer> change) throws IOException {
        Path path = folder.resolve("store");
        Path copy = folder.resolve("copy");
        try (Store store = Store.open(StoreOptions.maxMemory(MIB).file(path).housekeeping(false))) {
            byte[] bytes = Files.readAllBytes(path);
            change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            Files.write(copy, bytes);
            StoreInvariants.check(store);
        }
        return copy;
    }

    private static void seal(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 8));
        crc.update(bytes.slice(12, 100));
        bytes.putInt(112, (int) crc.getValue());
    }

    @Test
    void absent() {
        assertThat(refused(folder.resolve("none"), BRIEFLY).reason()).isEqualTo(AttachException.Reason.ABSENT);
    }

    @Test
    void notReadyBeforeItIsPublishedAndAfterItIsClosed() throws IOException {
        assertThat(refused(changed(bytes -> bytes.putInt(8, 0)), BRIEFLY).reason())
                .isEqualTo(AttachException.Reason.NOT_READY);
        assertThat(refused(changed(bytes -> bytes.putLong(200, HeaderDescriptor.STATE_CLOSED)), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.NOT_READY);
        assertThat(refused(changed(bytes -> bytes.putLong(200, HeaderDescriptor.STATE_FAILED)), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.NOT_READY);
    }

    @Test
    void notAStore() throws IOException {
        byte[] noise = new byte[2 << 20];
        new java.util.Random(1).nextBytes(noise);
        assertThat(refused(Files.write(folder.resolve("noise"), noise), BRIEFLY).reason())
                .isEqualTo(AttachException.Reason.NOT_A_STORE);
    }

    @Test
    void wrongVersionNamesBoth() throws IOException {
        AttachException e = refused(changed(bytes -> bytes.putInt(8, 2 << 16 | 7)), BRIEFLY);
        assertThat(e.reason()).isEqualTo(AttachException.Reason.WRONG_VERSION);
        assertThat(e).hasMessageContaining("2.7").hasMessageContaining("understands 1.");
    }

    @Test
    void aLaterMinorVersionIsUnderstood() throws IOException {
        assertThat(refused(changed(bytes -> bytes.putInt(8, 1 << 16 | 7)), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.STALE_HEARTBEAT);
    }

    @Test
    void wrongEndianness() throws IOException {
        assertThat(refused(changed(bytes -> bytes.putInt(12, 0x0D0C0B0A)), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.WRONG_ENDIANNESS);
    }

    @Test
    void tooShortForAnyStoreOrForWhatItsHeaderSays() throws IOException {
        assertThat(refused(Files.write(folder.resolve("short"), new byte[100]), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.TOO_SHORT);
        AttachException e = refused(
                changed(bytes -> {
                    bytes.putLong(16, 2 * MIB);
                    seal(bytes);
                }),
                BRIEFLY);
        assertThat(e.reason()).isEqualTo(AttachException.Reason.TOO_SHORT);
        assertThat(e).hasMessageContaining(Long.toString(MIB)).hasMessageContaining(Long.toString(2 * MIB));
    }

    @Test
    void corruptHeaderWhateverTheChecksumSays() throws IOException {
        assertThat(refused(changed(bytes -> bytes.putLong(48, 1)), BRIEFLY).reason())
                .isEqualTo(AttachException.Reason.CORRUPT_HEADER);
        for (int offset : new int[] {64, 68, 72, 80, 88, 96, 104}) {
            Path lying = changed(bytes -> {
                bytes.putInt(offset, bytes.getInt(offset) + 1);
                seal(bytes);
            });
            assertThat(refused(lying, BRIEFLY).reason()).isEqualTo(AttachException.Reason.CORRUPT_HEADER);
        }
        for (long size : new long[] {0, -1, Long.MIN_VALUE, MIB - 1}) {
            Path lying = changed(bytes -> {
                bytes.putLong(16, size);
                seal(bytes);
            });
            assertThat(refused(lying, BRIEFLY).reason()).isEqualTo(AttachException.Reason.CORRUPT_HEADER);
        }
    }

    @Test
    void staleHeartbeat() throws IOException {
        assertThat(refused(changed(bytes -> {}), BRIEFLY).reason()).isEqualTo(AttachException.Reason.STALE_HEARTBEAT);
    }

    @Test
    void foreignOwner() throws IOException {
        Path copy = changed(bytes -> {});
        AttachException e = refused(copy, BRIEFLY.withOwner("somebody-else"));
        assertThat(e.reason()).isEqualTo(AttachException.Reason.FOREIGN_OWNER);
        assertThat(e).hasMessageContaining("somebody-else");
        assertThat(refused(copy, BRIEFLY.withAnyOwner()).reason()).isEqualTo(AttachException.Reason.STALE_HEARTBEAT);
    }

    @Test
    void unreadable() throws IOException {
        assertThat(refused(Files.createDirectory(folder.resolve("folder")), BRIEFLY)
                        .reason())
                .isEqualTo(AttachException.Reason.UNREADABLE);
        Path link = Files.createSymbolicLink(folder.resolve("link"), changed(bytes -> {}));
        assertThat(refused(link, BRIEFLY).reason()).isEqualTo(AttachException.Reason.UNREADABLE);
    }
}
