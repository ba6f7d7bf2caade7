package io.cachee.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PrefetchTest {
    private static final int KEYS = 1_000;
    private static final int KEY_BYTES = 8;

    private final Store store =
            open(StoreOptions.maxMemory(4 << 20).housekeeping(false).seed(1));
    private final KeyBatch batch = new KeyBatch();

    private static Store open(StoreOptions options) {
        try {
            return Store.open(options);
        } catch (StoreFileException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] keys(int first, int count) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            names.append(String.format("k%07d", first + i));
        }
        return names.toString().getBytes(US_ASCII);
    }

    private void fill() {
        byte[] names = keys(0, KEYS);
        for (int i = 0; i < KEYS; i++) {
            store.put(names, i * KEY_BYTES, KEY_BYTES, new byte[100], 0, 100, Store.NO_TTL, PutMode.ALWAYS);
        }
    }

    private void prefetch(byte[] names) {
        batch.begin(names);
        for (int at = 0; at < names.length; at += KEY_BYTES) {
            if (at % (2 * KEY_BYTES) == 0) {
                batch.add(at, at + KEY_BYTES);
            } else {
                batch.addWritten(at, at + KEY_BYTES);
            }
        }
        store.prefetch(batch);
    }

    @Test
    void goesToTheRecordsOfTheKeys() {
        fill();
        byte[] names = keys(100, KeyBatch.MOST);

        prefetch(names);

        assertThat(batch.count()).isEqualTo(KeyBatch.MOST);
        for (int i = 0; i < KeyBatch.MOST; i++) {
            byte[] found = new byte[KEY_BYTES];
            store.core().region.copyOut(batch.places[i] + RecordDescriptor.COMPACT_BYTES, found, 0, KEY_BYTES);
            assertThat(new String(found, US_ASCII)).isEqualTo(new String(names, i * KEY_BYTES, KEY_BYTES, US_ASCII));
        }
    }

    @Test
    void isNoUseOfAnEntry() {
        fill();

        prefetch(keys(0, KeyBatch.MOST));
        prefetch(keys(KEYS, KeyBatch.MOST));

        assertThat(store.stats().hits()).isZero();
        assertThat(store.stats().misses()).isZero();
    }

    @Test
    void knowsWhereTheNextRecordGoes() {
        Segments segments = new Segments(store.core().region, store.core().layout, 0);
        for (int log = 0; log < Segments.LOGS; log++) {
            assertThat(segments.end(log)).isEqualTo(store.core().region.size());
            long record = segments.reserve(log, 128, 0);
            assertThat(segments.end(log)).isEqualTo(record + 128);
            segments.commit(record);
            assertThat(segments.reserve(log, 64, 0)).isEqualTo(record + 128);
        }
    }

    @Test
    void changesNothingForKeysThatAreToBeWritten() {
        fill();
        byte[] before = store.core().region.memory().toArray(ValueLayout.JAVA_BYTE);

        prefetch(keys(0, KeyBatch.MOST));
        prefetch(keys(KEYS, KeyBatch.MOST));

        assertThat(store.core().region.memory().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    }

    @Test
    void takesNoMoreKeysThanItHolds() {
        prefetch(keys(0, KeyBatch.MOST + 1));

        assertThat(batch.count()).isEqualTo(KeyBatch.MOST);
        assertThat(batch.isFull()).isTrue();
    }

    @Test
    void followsNoAddressOutOfTheRegion() {
        fill();
        Random random = new Random(1);
        Region region = store.core().region;
        Layout layout = store.core().layout;
        for (long offset = layout.indexOffset(); offset < region.size(); offset += 8) {
            region.setLong(offset, random.nextLong());
        }
        for (int round = 0; round < KEYS; round += KeyBatch.MOST) {
            region.setLong(HeaderDescriptor.SHAPE_OFFSET, random.nextLong());

            prefetch(keys(round, KeyBatch.MOST));

            for (int i = 0; i < batch.count(); i++) {
                assertThat(batch.places[i]).isBetween(layout.indexOffset(), region.size() - 1);
            }
        }
        region.setLong(HeaderDescriptor.SHAPE_OFFSET, IndexShape.uniform(IndexShape.MIN_BUCKETS));
    }
}
