"""cryptography: Fernet, RSA signatures, and a digest, by the OpenSSL that its wheel brings along."""

from cryptography import exceptions, fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

count = 0
private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def sign(text):
    return private_key.sign(text, scheme, hashes.SHA256())


def verified(signature, text):
    try:
        private_key.public_key().verify(signature, text, scheme, hashes.SHA256())
    except exceptions.InvalidSignature:
        return False
    return True


def handler(event, context):
    global count
    count += 1
    text = event["text"].encode()
    box = fernet.Fernet(fernet.Fernet.generate_key())
    token = box.encrypt(text)
    signature = sign(text)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text)
    pem = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "count": count,
        "decrypted": box.decrypt(token).decode(),
        "hidden": text not in token,
        "verified": verified(signature, text),
        "forged": verified(signature, text + b"!"),
        "digest": digest.finalize().hex(),
        "pem": pem.decode().splitlines()[0],
        "token": token.decode(),
    }


def open_token(event, context):
    return fernet.Fernet(event["key"]).decrypt(event["token"]).decode()
