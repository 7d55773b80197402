#: call ERROR "network"
import socket


def answer():
    socket.getaddrinfo("example.org", 80)
