/**
 * The one module that names the editor's package. Its parts are used through here, so that a newer version, or another
 * editor, is a change of this folder alone.
 */
import "@excalidraw/excalidraw/index.css";

import * as excalidraw from "@excalidraw/excalidraw";
import type {
  ExcalidrawElement,
  NonDeletedExcalidrawElement,
  OrderedExcalidrawElement,
} from "@excalidraw/excalidraw/element/types";
import type {
  AppState,
  Collaborator,
  ExcalidrawImperativeAPI,
  ExcalidrawProps,
  LibraryItems,
  SocketId,
} from "@excalidraw/excalidraw/types";

export type {
  AppState,
  Collaborator,
  ExcalidrawElement,
  ExcalidrawProps,
  ExcalidrawImperativeAPI,
  LibraryItems,
  NonDeletedExcalidrawElement,
  OrderedExcalidrawElement,
  SocketId,
};
export const CaptureUpdateAction = excalidraw.CaptureUpdateAction;
export const Excalidraw = excalidraw.Excalidraw;
export const getCommonBounds = excalidraw.getCommonBounds;
export const isInvisiblySmallElement = excalidraw.isInvisiblySmallElement;
export const MainMenu = excalidraw.MainMenu;
export const reconcileElements = excalidraw.reconcileElements;
export const restoreElements = excalidraw.restoreElements;
export const useHandleLibrary = excalidraw.useHandleLibrary;
