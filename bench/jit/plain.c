// SPDX-License-Identifier: BSD-2-Clause
/* No map and no call: numbers, packet bytes, the stack. */
#include "bench.h"

PROGRAM(empty)
{
	return 2;
}

PROGRAM(integer_loop)
{
	__u32 x, i;

	if (P + PACKET > E)
		return 0;
	x = U32(P + PAYLOAD);
	for (i = 0; i < 1000; i++) {
		x = x * 1664525 + 1013904223;
		x ^= x >> 13;
	}
	return x;
}

PROGRAM(sieve)
{
	__u8 composite[400] = { 0 };
	__u32 i, k, count = 0;

	if (P + PACKET > E)
		return 0;
	composite[P[PAYLOAD]] = 1;
	for (i = 2; i < sizeof(composite); i++) {
		if (!composite[i])
			count++;
		if (i >= 20)
			continue;
		for (k = i * i; k < sizeof(composite); k += i)
			composite[k] = 1;
	}
	return count;
}

PROGRAM(primes)
{
	__u32 n, d, count = 0;

	if (P + PACKET > E)
		return 0;
	for (n = 3 + (P[0] & 1); n < 300; n += 2) {
		for (d = 3; d * d <= n; d += 2) {
			if (n % d == 0)
				break;
		}
		count += d * d > n;
	}
	return count;
}

PROGRAM(checksum)
{
	__u64 sum = 0;
	__u32 i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 1500; i += 2)
		sum += U16(P + IP + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u32)sum;
}

/* The payload's first half over its second, and its sum. */
PROGRAM(copy)
{
	__u64 sum = 0;
	__u32 i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 728; i += 4) {
		__u32 w = U32(P + PAYLOAD + i);

		U32(P + PAYLOAD + 728 + i) = w;
		sum += w ^ i;
	}
	return (__u32)(sum ^ sum >> 32);
}

PROGRAM(fnv)
{
	__u64 h = 0xcbf29ce484222325;
	__u32 i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 256; i++)
		h = (h ^ P[PAYLOAD + i]) * 0x100000001b3;
	return (__u32)(h ^ h >> 32);
}

#define SIP_ROUND                                                                                  \
	do {                                                                                       \
		a += b;                                                                            \
		b = ROL64(b, 13) ^ a;                                                              \
		a = ROL64(a, 32);                                                                  \
		c += d;                                                                            \
		d = ROL64(d, 16) ^ c;                                                              \
		a += d;                                                                            \
		d = ROL64(d, 21) ^ a;                                                              \
		c += b;                                                                            \
		b = ROL64(b, 17) ^ c;                                                              \
		c = ROL64(c, 32);                                                                  \
	} while (0)

/* SipHash-2-4 of 64 bytes. */
PROGRAM(siphash)
{
	__u64 k0 = 0x0706050403020100, k1 = 0x0f0e0d0c0b0a0908;
	__u64 a = k0 ^ 0x736f6d6570736575, b = k1 ^ 0x646f72616e646f6d;
	__u64 c = k0 ^ 0x6c7967656e657261, d = k1 ^ 0x7465646279746573;
	__u32 i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 64; i += 8) {
		__u64 w = U64(P + PAYLOAD + i);

		d ^= w;
		SIP_ROUND;
		SIP_ROUND;
		a ^= w;
	}
	d ^= 64ull << 56;
	SIP_ROUND;
	SIP_ROUND;
	a ^= 64ull << 56;
	c ^= 0xff;
	for (i = 0; i < 4; i++)
		SIP_ROUND;
	a ^= b ^ c ^ d;
	return (__u32)(a ^ a >> 32);
}

/* MurmurHash3, 32 bits, of 256 bytes. */
PROGRAM(murmur)
{
	__u32 h = 0x9747b28c, i, k;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 256; i += 4) {
		k = U32(P + PAYLOAD + i) * 0xcc9e2d51;
		k = ROL32(k, 15) * 0x1b873593;
		h ^= k;
		h = ROL32(h, 13) * 5 + 0xe6546b64;
	}
	h ^= 256;
	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

#define QUARTER(a, b, c, d)                                                                        \
	do {                                                                                       \
		a += b;                                                                            \
		d = ROL32(d ^ a, 16);                                                              \
		c += d;                                                                            \
		b = ROL32(b ^ c, 12);                                                              \
		a += b;                                                                            \
		d = ROL32(d ^ a, 8);                                                               \
		c += d;                                                                            \
		b = ROL32(b ^ c, 7);                                                               \
	} while (0)

/* One block of ChaCha20, whose sixteen words no machine has registers for. */
PROGRAM(chacha)
{
	__u32 x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
	__u32 x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, i;

	if (P + PACKET > E)
		return 0;
	P += PAYLOAD;
	x4 = U32(P), x5 = U32(P + 4), x6 = U32(P + 8), x7 = U32(P + 12);
	x8 = U32(P + 16), x9 = U32(P + 20), x10 = U32(P + 24), x11 = U32(P + 28);
	x12 = 1, x13 = U32(P + 32), x14 = U32(P + 36), x15 = U32(P + 40);
	for (i = 0; i < 10; i++) {
		QUARTER(x0, x4, x8, x12);
		QUARTER(x1, x5, x9, x13);
		QUARTER(x2, x6, x10, x14);
		QUARTER(x3, x7, x11, x15);
		QUARTER(x0, x5, x10, x15);
		QUARTER(x1, x6, x11, x12);
		QUARTER(x2, x7, x8, x13);
		QUARTER(x3, x4, x9, x14);
	}
	return x0 ^ x1 ^ x2 ^ x3 ^ x4 ^ x5 ^ x6 ^ x7 ^ x8 ^ x9 ^ x10 ^ x11 ^ x12 ^ x13 ^ x14 ^ x15;
}

/* Words of letters and digits are counted: states and classes, no table. */
PROGRAM(automaton)
{
	__u32 state = 0, words = 0, i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 512; i++) {
		__u8 c = P[PAYLOAD + i];

		switch (state) {
		case 0:
			if (c >= 'a' && c <= 'z')
				state = 1;
			else if (c >= '0' && c <= '9')
				state = 2;
			break;
		case 1:
			if (c == ' ' || c < 16) {
				state = 0;
				words++;
			}
			break;
		default:
			if (c < '0' || c > '9') {
				state = 0;
				words += 256;
			}
		}
	}
	return words + state;
}

PROGRAM(string_compare)
{
	__u32 i, k, found = 0;

	if (P + PACKET > E)
		return 0;
	/* The payload's first 40 bytes against their copies, which differ late. */
	for (k = 0; k < 4; k++) {
		for (i = 0; i < 40; i++) {
			if (P[PAYLOAD + i] != P[PAYLOAD + k * 40 + i])
				break;
		}
		found = found * 41 + i;
	}
	return found;
}

static __always_inline __u32 classify(const __u8 *h)
{
	__u32 class = 0;

	if (h[0] >> 4 != 4)
		return 1;
	switch (h[9]) {
	case 6:
		class = 2;
		break;
	case 17:
		class = 3;
		break;
	case 1:
		return 4;
	default:
		return 5;
	}
	if (U16(h + 6) & NET16(0x1fff))
		return 6;
	if ((U32(h + 12) & NET32(0xff000000)) == NET32(0x0a000000))
		class |= 8;
	if ((U32(h + 16) & NET32(0xffff0000)) == NET32(0xc0a80000))
		class |= 16;
	if (h[8] < 2)
		class |= 32;
	return class;
}

PROGRAM(classifier)
{
	__u16 port;

	if (P + TCP + 20 > E || U16(P + 12) != NET16(0x0800))
		return 0;
	port = NET16(U16(P + TCP + 2));
	return classify(P + IP) << 2 | (port == 80 || port == 443) << 1 | (P[TCP + 13] & 2) >> 1;
}

/* Sixty-four IPv4 headers of all kinds, 20 bytes each. */
PROGRAM(classifier_64)
{
	__u32 i, sum = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 64; i++)
		sum = sum * 31 + classify(P + PAYLOAD + 160 + i * 20);
	return sum;
}
