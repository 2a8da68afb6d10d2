"""How often a second does the system's OpenSSL encrypt 16 bytes with SM2, and decrypt them? `openssl speed` does not tell.

Prints two numbers. Calls libcrypto through ctypes, so that no headers are needed; the calls cost some 2 us each, a hundredth of
what they do. Usage: python3 openssl_sm2.py SECONDS
"""

import ctypes
import ctypes.util
import sys
import time

crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
P, SIZE = ctypes.c_void_p, ctypes.c_size_t
for name, result, arguments in [
    ("EVP_PKEY_CTX_new_from_name", P, [P, ctypes.c_char_p, ctypes.c_char_p]),
    ("EVP_PKEY_keygen_init", ctypes.c_int, [P]),
    ("EVP_PKEY_generate", ctypes.c_int, [P, ctypes.POINTER(P)]),
    ("EVP_PKEY_CTX_new", P, [P, P]),
    ("EVP_PKEY_encrypt_init", ctypes.c_int, [P]),
    ("EVP_PKEY_decrypt_init", ctypes.c_int, [P]),
    ("EVP_PKEY_encrypt", ctypes.c_int, [P, ctypes.c_char_p, ctypes.POINTER(SIZE), ctypes.c_char_p, SIZE]),
    ("EVP_PKEY_decrypt", ctypes.c_int, [P, ctypes.c_char_p, ctypes.POINTER(SIZE), ctypes.c_char_p, SIZE]),
]:
    function = getattr(crypto, name)
    function.restype, function.argtypes = result, arguments


def must(done):
    if done != 1:
        sys.exit("this OpenSSL refuses SM2")


def rate(call, context, data, seconds):
    """Calls in a second of processor time, and what the last one wrote."""
    room = ctypes.create_string_buffer(512)
    count, start, processor = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        for _ in range(20):
            length = SIZE(len(room))
            must(call(context, room, ctypes.byref(length), data, len(data)))
        count += 20
    return count / (time.process_time() - processor), room.raw[: length.value]


seconds = float(sys.argv[1])
context = crypto.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
must(context and crypto.EVP_PKEY_keygen_init(context))
key = P()
must(crypto.EVP_PKEY_generate(context, ctypes.byref(key)))
encrypting, decrypting = crypto.EVP_PKEY_CTX_new(key, None), crypto.EVP_PKEY_CTX_new(key, None)
must(crypto.EVP_PKEY_encrypt_init(encrypting))
must(crypto.EVP_PKEY_decrypt_init(decrypting))
message = b"sixteen bytes..."
encryptions, ciphertext = rate(crypto.EVP_PKEY_encrypt, encrypting, message, seconds)
decryptions, plain = rate(crypto.EVP_PKEY_decrypt, decrypting, ciphertext, seconds)
if plain != message:
    sys.exit("this OpenSSL does not decrypt what it encrypted")
print(f"{encryptions:.1f} {decryptions:.1f}")
