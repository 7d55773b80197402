#: run TIME "without an end and was stopped"
import threading
import time

threading.Thread(target=time.sleep, args=(600,)).start()
