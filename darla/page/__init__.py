"""An encoder as one HTML file: latents are sliders, and whoever opens it sees what they draw.

Both networks, the runtime that computes them and a few frames are within the file. It needs no
server, loads nothing from anywhere, and can be sent by mail or put on any web space::

    darla.export_page(darla.load_encoder("rooms"), Path("rooms.html"))
"""
