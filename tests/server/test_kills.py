"""A server that is killed in the middle of changes: what is there afterwards is whole."""

import base64
import hashlib
import io
import itertools
import os
import random
import re
import signal
import threading
import time
import urllib.parse
import zipfile

import support

SEED = 20261126
KILLS = 200 if os.environ.get("TANDEM_TEST_EXTENT") == "all" else 25


def code(number):
    return f"def handler(event, context):\n    return {number}\n"


def newest(client, layer):
    """The newest version of a layer."""
    return client.list_layer_versions(LayerName=layer, MaxItems=1)["LayerVersions"][0]


def change(client, chance, number):
    name = f"f{chance.randrange(6)}"
    layer = f"l{chance.randrange(2)}"
    package = support.zipped(app=code(number))
    chance.choice(
        [
            lambda: support.create(client, name, package),
            lambda: client.update_function_code(FunctionName=name, ZipFile=package),
            lambda: client.update_function_configuration(FunctionName=name, Timeout=number % 900 + 1),
            lambda: client.publish_version(FunctionName=name),
            lambda: client.delete_function(FunctionName=name),
            lambda: client.publish_layer_version(LayerName=layer, Content={"ZipFile": package}),
            lambda: client.delete_layer_version(LayerName=layer, VersionNumber=newest(client, layer)["Version"]),
            lambda: client.update_function_configuration(
                FunctionName=name, Layers=[newest(client, layer)["LayerVersionArn"]]
            ),
        ]
    )()


def changes(client, chance):
    """One change after the other, until the server is gone."""
    for number in itertools.count(1):
        try:
            change(client, chance, number)
        except client.exceptions.ClientError:
            continue  # there is such a function already, or none
        except IndexError:
            continue  # the layer has no version
        except Exception:  # the connection is gone, at whatever point
            return


def check_package(content):
    """The file is what is said of it; its bytes."""
    with open(urllib.parse.urlparse(content["Location"]).path, "rb") as package:
        kept = package.read()
    assert base64.b64encode(hashlib.sha256(kept).digest()).decode() == content["CodeSha256"]
    assert len(kept) == content["CodeSize"]
    return kept


def answer_of(package):
    """What the handler in it answers."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return re.search(rb"return (\d+)", archive.read("app.py"))[1]


def check_layers(client):
    listed = [
        (layer["LayerName"], version["Version"])
        for layer in client.list_layers()["Layers"]
        for page in client.get_paginator("list_layer_versions").paginate(LayerName=layer["LayerName"])
        for version in page["LayerVersions"]
    ]
    for name, version in listed:
        check_package(client.get_layer_version(LayerName=name, VersionNumber=version)["Content"])
    return len(listed)


def check(server):
    """Every function and layer that is listed has the package that it says it has, and functions answer."""
    client = server.client()
    listed = [
        function
        for page in client.get_paginator("list_functions").paginate(FunctionVersion="ALL")
        for function in page["Functions"]
    ]
    for function in listed:
        read = client.get_function(FunctionName=function["FunctionName"], Qualifier=function["Version"])
        package = check_package({**read["Configuration"], **read["Code"]})
        answer = support.invoke(client, function["FunctionName"], Qualifier=function["Version"])
        assert (answer["Payload"], answer.get("FunctionError")) == (answer_of(package), None)
    return len(listed), check_layers(client)


def test_what_is_listed_is_whole_after_each_kill(tmp_path):
    chance = random.Random(SEED)
    functions = layers = 0
    server = support.Server(tmp_path / "data", "--quiet")
    for _ in range(KILLS):
        changing = [
            threading.Thread(target=changes, args=(server.client(), random.Random(chance.random()))) for _ in range(3)
        ]
        for thread in changing:
            thread.start()
        time.sleep(chance.uniform(0.01, 0.3))
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
        for thread in changing:
            thread.join()
        server = support.Server(tmp_path / "data", "--quiet")
        found = check(server)
        functions, layers = functions + found[0], layers + found[1]
    assert functions > KILLS and layers > KILLS
    assert server.end() == 0
