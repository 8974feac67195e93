"""An index kept by a Milvus server, for corpora and readers that outgrow one machine; needs the extra ``milvus``.

Importing this package loads neither pymilvus nor numpy; connecting does.
"""
