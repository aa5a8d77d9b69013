/**
 * Getting bytes to the paper: Web Bluetooth, WebUSB, or the phone's own print dialog. The chosen printer is remembered;
 * where the browser lets us, it is found again without asking.
 */
import { recall, remember } from "./store.js";

/** Services under which cheap 58 mm printers listen; the characteristic is whichever of theirs can be written. */
export const SERVICES = [
  "000018f0-0000-1000-8000-00805f9b34fb",
  "0000ff00-0000-1000-8000-00805f9b34fb",
  "0000ffe0-0000-1000-8000-00805f9b34fb",
  "49535343-fe7d-4ae5-8fa9-9fafd205e455",
  "e7810a71-73ae-499d-8c15-faa9aef0c3f2",
  "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
];
const USB_PRINTER = 7;
const SMALLEST = 20; // bytes of a Bluetooth write that every printer takes
const LARGEST = 180;
let bluetooth; // the device granted in this visit

/** What stops printing, in a sentence. */
export class UnableToPrint extends Error {}

/** Ways to print on this phone. */
export const ways = () => ({ bluetooth: Boolean(navigator.bluetooth), usb: Boolean(navigator.usb), dialog: true });

async function foundBluetooth(remembered) {
  if (bluetooth) return bluetooth;
  const granted = (await navigator.bluetooth.getDevices?.()) ?? [];
  const known = granted.find((device) => device.id === remembered?.id);
  bluetooth = known ?? (await navigator.bluetooth.requestDevice({
    filters: SERVICES.map((service) => ({ services: [service] })), optionalServices: SERVICES,
  }));
  return bluetooth;
}

async function writable(server) {
  for (const service of await server.getPrimaryServices()) {
    if (!SERVICES.includes(service.uuid)) continue;
    for (const characteristic of await service.getCharacteristics()) {
      const { write, writeWithoutResponse } = characteristic.properties;
      if (write || writeWithoutResponse) return characteristic;
    }
  }
  throw new UnableToPrint("Alat ini bukan pencetak yang dikenal.");
}

async function inPieces(characteristic, bytes) {
  const sure = characteristic.properties.write;
  const send = (piece) => (sure ? characteristic.writeValueWithResponse(piece) : characteristic.writeValueWithoutResponse(piece));
  let size = LARGEST;
  for (let at = 0; at < bytes.length; ) {
    try {
      await send(bytes.slice(at, at + size));
      at += size;
    } catch (error) {
      if (size === SMALLEST) throw error;
      size = SMALLEST; // this printer takes only the smallest pieces
    }
  }
}

async function overBluetooth(bytes, remembered) {
  const device = await foundBluetooth(remembered);
  const server = device.gatt.connected ? device.gatt : await device.gatt.connect();
  await inPieces(await writable(server), bytes);
  return { kind: "bluetooth", id: device.id, name: device.name ?? "Pencetak Bluetooth" };
}

function outOf(device) {
  for (const face of device.configuration.interfaces) {
    const way = face.alternate.endpoints.find((point) => point.direction === "out" && point.type === "bulk");
    if (face.alternate.interfaceClass === USB_PRINTER && way) return [face.interfaceNumber, way.endpointNumber];
  }
  throw new UnableToPrint("Alat ini bukan pencetak.");
}

async function overUsb(bytes) {
  const granted = await navigator.usb.getDevices();
  const device = granted[0] ?? (await navigator.usb.requestDevice({ filters: [{ classCode: USB_PRINTER }] }));
  if (!device.opened) await device.open();
  if (!device.configuration) await device.selectConfiguration(1);
  const [face, point] = outOf(device);
  await device.claimInterface(face);
  try {
    for (let at = 0; at < bytes.length; at += 4096) await device.transferOut(point, bytes.slice(at, at + 4096));
  } finally {
    await device.releaseInterface(face);
  }
  return { kind: "usb", name: device.productName ?? "Pencetak USB" };
}

/** Print over `kind`; remembers the printer when it worked. A sentence in `UnableToPrint` when it did not. */
export async function print(bytes, kind) {
  try {
    const used = kind === "usb" ? await overUsb(bytes) : await overBluetooth(bytes, await recall("printer"));
    await remember("printer", used);
    return used;
  } catch (error) {
    bluetooth = undefined;
    if (error instanceof UnableToPrint) throw error;
    if (error.name === "NotFoundError") throw new UnableToPrint("Belum ada pencetak yang dipilih.");
    throw new UnableToPrint("Pencetak tidak menjawab. Nyalakan pencetak, dekatkan, lalu coba lagi.");
  }
}
