#!/usr/bin/env python3
"""Reads one key from a live store: read_store.py FILE KEY. Written from docs/shm-format.md alone.

Prints the value and exits with 0; exits with 1 when the key has no value, with 2 when FILE is not to be read.
Python cannot order its loads, so this is right on x86 and a demonstration elsewhere.
"""
import mmap
import os
import struct
import sys
import time

MASK = (1 << 64) - 1
ATTEMPTS = 64
TOLERANCE_SECONDS = 1.0


class Refused(Exception):
    pass


class Again(Exception):
    pass


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def up(number, unit):
    return (number + unit - 1) // unit * unit


def fold(a, b):
    product = (a & MASK) * (b & MASK)
    return (product ^ product >> 64) & MASK


def hash_of(key, seed0, seed1):
    n = len(key)
    state = seed0
    if n >= 8:
        at = 0
        while n - at > 16:
            first, second = struct.unpack_from("<QQ", key, at)
            state = fold(first ^ seed1, second ^ state)
            at += 16
        first = struct.unpack_from("<Q", key, 0 if n < 16 else n - 16)[0]
        second = struct.unpack_from("<Q", key, n - 8)[0]
    elif n >= 4:
        first = struct.unpack_from("<I", key, 0)[0]
        second = struct.unpack_from("<I", key, n - 4)[0]
    else:
        first = key[0] | key[n // 2] << 8 | key[n - 1] << 16 if n else 0
        second = 0
    mixed = fold(first ^ seed1, second ^ state)
    return fold(mixed ^ n ^ 0x9E3779B97F4A7C15, seed0 ^ 0xD6E8FEB86659FD93)


class Store:
    def __init__(self, path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            self.file_size = os.fstat(descriptor).st_size
            if self.file_size < 1 << 20:
                raise Refused("too short")
            self.memory = mmap.mmap(descriptor, self.file_size, prot=mmap.PROT_READ)
        finally:
            os.close(descriptor)
        self.check()
        self.await_heartbeat()

    def u64(self, offset):
        return struct.unpack_from("<Q", self.memory, offset)[0]

    def u32(self, offset):
        return struct.unpack_from("<I", self.memory, offset)[0]

    def check(self):
        version = self.u32(8)
        if version == 0:
            raise Refused("not ready")
        if self.memory[0:8] != b"CACHEE1\n":
            raise Refused("not a store")
        if self.u32(12) == 0x0D0C0B0A:
            raise Refused("wrong endianness")
        if version >> 16 != 1:
            raise Refused("format %d.%d, this reader understands 1.x" % (version >> 16, version & 0xFFFF))
        if self.u32(12) != 0x0A0B0C0D or self.u32(112) != crc32c(self.memory[0:8] + self.memory[12:112]):
            raise Refused("corrupt header")
        size = self.size = self.u64(16)
        if self.file_size < size:
            raise Refused("too short")
        if not 1 << 20 <= size <= 1 << 36 or size % 4096:
            raise Refused("corrupt header")
        log = (size - 1).bit_length()
        self.segment_shift = max(12, min(log - 11, 20), (log + 1) // 2 + 2)
        self.segments = size >> self.segment_shift
        self.stripe_shift = max(2, log - 20)
        counter_shift = log - 12
        self.generations = 4096
        counters = up(4096 + 8 * self.segments, 64)
        self.stripes = counters + (8 << counter_shift)
        self.vouchers = self.u32(76)
        if self.vouchers > 16384 or self.vouchers & (self.vouchers - 1):
            raise Refused("corrupt header")
        self.vouchers_at = self.stripes + (8 << self.stripe_shift)
        self.index = up(self.vouchers_at + 4 * self.vouchers, 64)
        computed = (self.segment_shift, self.stripe_shift, counter_shift, self.generations, counters, self.stripes)
        said = (self.u32(64), self.u32(68), self.u32(72), self.u64(80), self.u64(88), self.u64(96))
        if computed != said or self.u64(104) != self.index:
            raise Refused("corrupt header")

    def await_heartbeat(self):
        clock = self.u64(192)
        deadline = time.monotonic() + TOLERANCE_SECONDS
        while self.u64(192) == clock:
            if self.u64(200) != 1:
                raise Refused("closed or failed")
            if time.monotonic() > deadline:
                raise Refused("stale heartbeat")
            time.sleep(0.001)

    def get(self, key):
        digest = hash_of(key, self.u64(48), self.u64(56))
        for _ in range(ATTEMPTS):
            try:
                return self.search(key, digest)
            except Again:
                continue
        return None

    def search(self, key, digest):
        stripe = digest >> 64 - self.stripe_shift
        tag = digest >> 24 & 0xFFFFF
        word = self.u64(self.stripes + 8 * stripe)
        if word >> 32 != self.u64(136) & 0xFFFFFFFF:
            return None
        shape = self.u64(128)
        buckets = shape >> 44 if stripe < shape & 0xFFFFFF else shape >> 24 & 0xFFFFF
        home = self.index + stripe * ((buckets + 7) * 64 + buckets * 16) + (tag * buckets >> 20) * 64
        if home + 8 * 64 > self.size:
            return None
        for bucket in range(home, home + 8 * 64, 64):
            gap = False
            for offset in range(bucket, bucket + 64, 8):
                slot = self.u64(offset)
                if slot == 0:
                    gap = True
                elif slot >> 44 == tag:
                    found, value = self.record(offset, slot, key, digest)
                    if found:
                        return value
            if gap:
                break
        if word & 1 or self.u64(self.stripes + 8 * stripe) != word or self.u64(128) != shape:
            raise Again()
        return None

    def end(self, address):
        """The end of the segment, or 0 where no record may lie."""
        segment = address >> self.segment_shift
        return segment + 1 << self.segment_shift if self.index <= address and segment < self.segments else 0

    def generation(self, address):
        return self.u64(self.generations + 8 * (address >> self.segment_shift))

    def record(self, offset, slot, key, digest):
        """(True, value or None) when the slot decides the search, else (False, None)."""
        address = slot & (1 << 36) - 1
        if address + 8 > self.end(address):
            return False, None
        generation = self.generation(address)
        if self.u64(offset) != slot:
            raise Again()
        if generation & 0xFF != slot >> 36 & 0xFF:
            return False, None
        answer = self.parse(address, key, digest)
        if self.generation(address) != generation:
            raise Again()
        return answer

    def parse(self, address, key, digest):
        first = self.u64(address)
        kind = first & 3
        expires = 6 if first & 4 else 0
        end = self.end(address)
        fixed = (20, 8, 16, 32)[kind]
        if kind == 0 or address + fixed + expires > end:
            return False, None
        if kind == 1:
            key_length, value_length = first >> 4 & 0xFF, first >> 12 & 0xFFF
        else:
            key_length, value_length = self.u32(address + 8), self.u32(address + 12)
        if key_length != len(key):
            return False, None
        expiry = int.from_bytes(self.memory[address + fixed:address + fixed + expires], "little")
        if kind == 3:
            stream = self.stream(address, up(address + 32 + expires, 8), value_length, key, digest, end)
        else:
            start = address + fixed + expires
            stream = self.memory[start:start + key_length + value_length]
            if start + key_length + value_length > end:
                return False, None
        if stream is None or stream[:key_length] != key:
            return False, None
        now = self.u64(192)
        return (True, None) if expires and expiry <= now else (True, self.vouched(stream[key_length:], now))

    def vouched(self, value, now):
        """What is to be served of a value: all of it, or in a stamped store what the stamp allows."""
        if not self.vouchers:
            return value
        if len(value) < 24:
            return None
        first, second, generation, lifetime = struct.unpack("<QQII", value[-24:])
        fresh_until = first & (1 << 48) - 1
        slot = second >> 50 & self.vouchers - 1
        valid_since = struct.unpack_from("<q", self.memory, 208)[0]
        good = second >> 48 & 3 == 1 and now < fresh_until and fresh_until - lifetime > valid_since
        return value[:-24] if good and 0 != generation == self.u32(self.vouchers_at + 4 * slot) else None

    def stream(self, head, words, count, key, digest, end):
        value_length = self.u64(head + 16)
        if not 1 <= count <= 1 << self.segment_shift - 3 or words + 8 * count > end or self.u64(head + 24) != digest:
            return None
        if value_length > self.size // 8:
            return None
        pieces = []
        for number in range(count):
            word = self.u64(words + 8 * number)
            address, length = word & (1 << 36) - 1, word >> 44
            if address + 20 + length > self.end(address):
                raise Again()
            generation = self.generation(address)
            if generation & 0xFF != word >> 36 & 0xFF or self.u64(words + 8 * number) != word:
                raise Again()
            whose = self.u64(address) & 3, self.u32(address + 4), self.u64(address + 8), self.u32(address + 16)
            pieces.append(self.memory[address + 20:address + 20 + length])
            if self.generation(address) != generation or whose != (0, length, digest, number):
                raise Again()
        stream = b"".join(pieces)
        if len(stream) != len(key) + value_length:
            raise Again()
        return stream


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        value = Store(arguments[1]).get(os.fsencode(arguments[2]))
    except (Refused, OSError) as e:
        print("%s: %s" % (arguments[1], e), file=sys.stderr)
        return 2
    if value is None:
        return 1
    sys.stdout.buffer.write(value)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
