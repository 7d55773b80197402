#: call ERROR "network"
import socket


def answer():
    socket.create_connection(("192.0.2.1", 80), 5)
