/** How far is it, as people say it? Pure; twin of `distance_m` in `backend/places/rules.py`. */

const EARTH_RADIUS_M = 6_371_009

export interface Point {
  readonly latitude: number
  readonly longitude: number
}

/** Whole metres along a great circle. */
export function distanceM(here: Point, there: Point): number {
  const [lat1, lat2] = [radians(here.latitude), radians(there.latitude)]
  const dLon = radians(there.longitude - here.longitude)
  const chord = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(dLon / 2) ** 2
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord))))
}

/** As finely as anybody walks: by 10 m at first, by 100 m up to 10 km, by whole kilometres beyond. */
export function roundedM(metres: number): number {
  const step = metres < 995 ? 10 : metres < 9_950 ? 100 : 1000
  return Math.max(10, Math.round(metres / step) * step)
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
