"""What is one backup file? Databases, secrets and pictures of one or several counties, in one encrypted stream.

Promises: nobody without the key reads anything but the header; a file that was cut, joined, reordered or flipped
anywhere is refused; every part has its SHA-256 in the manifest, which is the last part and authenticated like all.

Layout: ``header`` (plain JSON, authenticated) · chunks of AES-256-GCM · inside a gzipped tar with ``counties.json``,
``counties/<place>/…`` and, last, ``MANIFEST.json``.
"""
